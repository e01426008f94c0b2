/** What other implementations wrote (the example of C2SP signed-note; Go's `sumdb/note`; `transparency-dev/formats`), and every format there and back. */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint, withSignatures } from './checkpoint.ts'
import { cosign, cosignedAt, cosignersOf } from './cosignature.ts'
import { decodeEntryBundle, encodeEntryBundle } from './entry-bundle.ts'
import { formatEntryProof, parseEntryProof } from './entry-proof.ts'
import { AuditLogError } from './errors.ts'
import { emptyRoot, leafHash } from './hash.ts'
import { formatNoteKey, noteKey, type NoteKeyKind, parseNoteKey, rawPublicKey, verifyEd25519 } from './note-key.ts'
import { parsePolicy } from './policy.ts'
import { formatNote, parseNote, signersOf } from './signed-note.ts'
import { parseTilePath, tilePath, tilesOf } from './tile.ts'
import { formatWitnessRequest, parseWitnessRequest } from './witness-request.ts'

const makeKey = (name: string, kind: NoteKeyKind) => {
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const privateKey = createPrivateKey({ key: pair.privateKey, format: 'der', type: 'pkcs8' })
  return {
    key: noteKey(name, kind, rawPublicKey(pair.publicKey)),
    sign: (message: Uint8Array) => sign(null, message, privateKey),
  }
}

const example = {
  vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  note: `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`,
}
const verifiesText = (key: ReturnType<typeof noteKey>, text: string, signature: Uint8Array) =>
  verifyEd25519(key, Buffer.from(text), signature)

describe('the example of the specification', () => {
  const key = parseNoteKey(example.vkey)

  it('verifies, and its key and text are written as they were read', () => {
    const note = parseNote(example.note)
    expect(note.text).toBe('This is an example message.\n')
    expect(signersOf(note, [key], verifiesText)).toEqual([key])
    expect(formatNote(note)).toBe(example.note)
    expect(formatNoteKey(key)).toBe(example.vkey)
  })

  it('does not verify with another text', () => {
    const note = parseNote(example.note.replace('an example', 'no example'))
    expect(() => signersOf(note, [key], verifiesText)).toThrow('does not verify')
  })

  it('verifies among signatures of other keys and kinds, however long', () => {
    const others = `— example.com/other ${Buffer.alloc(2432, 6).toString('base64')}\n— example.com/foo ${Buffer.alloc(70, 7).toString('base64')}\n`
    expect(signersOf(parseNote(example.note + others), [key], verifiesText)).toEqual([key])
  })
})

describe('a note of Go’s own implementation', () => {
  const seed = Buffer.from('gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=', 'base64')
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const peter = parseNoteKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
  const enoch = parseNoteKey('EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop')
  const text = `If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n`
  const byPeter = '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n'
  const byEnoch = '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n'

  it('verifies under both of its keys, and under one beside another that is not known', () => {
    const note = parseNote(`${text}\n${byPeter}${byEnoch}`)
    expect(signersOf(note, [peter, enoch], verifiesText)).toEqual([peter, enoch])
    expect(signersOf(note, [enoch], verifiesText)).toEqual([enoch])
  })

  it('is signed here to the same byte', () => {
    const { name, id } = peter
    const signature = sign(null, Buffer.from(text), privateKey)
    expect(formatNote({ text, signatures: [{ name, id, signature }] })).toBe(`${text}\n${byPeter}`)
  })
})

describe('a witness that somebody else runs', () => {
  it('has a key of the kind for cosignatures, and says when it cosigned', () => {
    const vkey = 'remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2'
    const key = parseNoteKey(vkey)
    expect(key.kind).toBe('cosignature')
    expect(formatNoteKey(key)).toBe(vkey)
    const signature = 'ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=='
    const note = parseNote(`a checkpoint\n\n— witness.example ${signature}\n`)
    expect(cosignedAt(note, { ...key, name: 'witness.example', id: note.signatures[0]!.id })).toBe(1_727_964_367)
  })
})

describe('keys', () => {
  it('with another id, an unknown kind or a plus in the name are refused', () => {
    expect(() => parseNoteKey(example.vkey.replace('530d903a', '530d903b'))).toThrow('not that of this key')
    expect(() => parseNoteKey(example.vkey.replace('+Aek', '+Bek'))).toThrow('not known here')
    expect(() => noteKey('with+plus', 'ed25519', new Uint8Array(32))).toThrow('cannot be the name')
    expect(() => noteKey('with space', 'ed25519', new Uint8Array(32))).toThrow('cannot be the name')
  })
})

describe('checkpoints', () => {
  const log = makeKey('sallyport.example/log', 'ed25519')
  const witness = makeKey('witness.example/w1', 'cosignature')
  const checkpoint = { origin: log.key.name, size: 3, root: leafHash(Buffer.from('x')), extensions: [] }

  it('open under the key of their own log alone', async () => {
    const note = await signCheckpoint(checkpoint, log.key, log.sign)
    expect(openCheckpoint(note, [log.key])).toMatchObject({ origin: log.key.name, size: 3 })
    const stranger = makeKey(log.key.name, 'ed25519')
    expect(() => openCheckpoint(note, [stranger.key])).toThrow('No key of')
    expect(() => openCheckpoint(note.replace('\n3\n', '\n4\n'), [log.key])).toThrow('does not verify')
    const other = makeKey('sallyport.example/other', 'ed25519')
    const foreign = await signCheckpoint(checkpoint, other.key, other.sign)
    expect(() => openCheckpoint(foreign, [log.key, other.key])).toThrow('No key of')
  })

  it('carry cosignatures with their time', async () => {
    const note = parseNote(await signCheckpoint(checkpoint, log.key, log.sign))
    const line = await cosign(note, { ...witness, time: 1_679_315_147 })
    const cosigned = parseNote(formatNote(withSignatures(withSignatures(note, [line]), [line])))
    expect(cosigned.signatures).toHaveLength(2)
    expect(cosignersOf(cosigned, [witness.key])).toEqual([witness.key])
    expect(cosignedAt(cosigned, witness.key)).toBe(1_679_315_147)
    const later = { ...line, signature: Buffer.from(line.signature).fill(9, 7, 8) }
    expect(() => cosignersOf(withSignatures(note, [later]), [witness.key])).toThrow('does not verify')
    expect(cosignersOf(note, [witness.key])).toEqual([])
  })

  it.each(['', 'o\n', 'o\n1\n', 'o\n01\nAAAA\n', 'o\n1\nAAAA\n', 'o\n\n1\n'])('that are none are refused: %j', (text) => {
    expect(() => parseCheckpoint(text)).toThrow(AuditLogError)
  })

  it('of an empty log have its root', () => {
    expect(parseCheckpoint(formatCheckpoint({ origin: 'o', size: 0, root: emptyRoot, extensions: [] })).size).toBe(0)
  })
})

describe('what goes over the wire', () => {
  it('reads as it was written', async () => {
    const log = makeKey('log', 'ed25519')
    const root = leafHash(Buffer.from('x'))
    const checkpoint = await signCheckpoint({ origin: 'log', size: 9, root, extensions: [] }, log.key, log.sign)
    const request = { oldSize: 8, proof: [root, emptyRoot], checkpoint }
    expect(parseWitnessRequest(formatWitnessRequest(request))).toEqual(request)
    expect(parseWitnessRequest(formatWitnessRequest({ ...request, proof: [] }))).toEqual({ ...request, proof: [] })
    const proof = { index: 7, proof: [emptyRoot], checkpoint }
    expect(parseEntryProof(formatEntryProof(proof))).toEqual(proof)
  })
})

describe('tiles', () => {
  it.each([
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/1/000.p/17', { level: 1, index: 0, width: 17 }],
    ['tile/entries/x273/000.p/112', { level: 'entries', index: 273_000, width: 112 }],
  ] as const)('are named as the specification says: %s', (path, name) => {
    expect(parseTilePath(path)).toEqual(name)
    expect(tilePath(name)).toBe(path)
  })

  it.each([
    'tile/0/1',
    'tile/00/000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/999',
    'tile/7/000',
    'tile/0/x000/001',
    'tile/0/../000',
    'checkpoint',
  ])('are not named %s', (path) => {
    expect(() => parseTilePath(path)).toThrow('not the name')
  })

  it('of a tree of 70,000 are those of the specification', () => {
    const names = [...tilesOf(70_000)].map(tilePath)
    expect(names).toHaveLength(273 + 1 + 1 + 1 + 1)
    expect(names.slice(-4)).toEqual(['tile/0/273.p/112', 'tile/1/000', 'tile/1/001.p/17', 'tile/2/000.p/1'])
  })

  it('of entries hold each with its length, and are refused when cut', () => {
    const entries = [Buffer.from('a'), Buffer.alloc(65_535, 1), Buffer.alloc(0)]
    const bundle = encodeEntryBundle(entries)
    expect(decodeEntryBundle(bundle).map((entry) => Buffer.from(entry))).toEqual(entries)
    expect(() => decodeEntryBundle(bundle.subarray(0, -1))).toThrow('cut in the length of its entry 2')
    expect(() => decodeEntryBundle(bundle.subarray(0, 2))).toThrow('cut in its entry 0')
    expect(() => encodeEntryBundle([Buffer.alloc(65_536)])).toThrow('at most')
  })
})

describe('a policy', () => {
  const log = makeKey('log', 'ed25519')
  const keys = ['x1', 'x2', 'x3', 'y1'].map((name) => makeKey(`witness/${name}`, 'cosignature').key)
  const [x1, x2, x3, y1] = keys as [(typeof keys)[number], (typeof keys)[number], (typeof keys)[number], (typeof keys)[number]]
  const text = `# who is trusted
log ${formatNoteKey(log.key)} https://log.example
witness X1 ${formatNoteKey(x1)}
witness X2 ${formatNoteKey(x2)}
witness X3 ${formatNoteKey(x3)}
group X 2 X1 X2 X3
\twitness Y1 ${formatNoteKey(y1)}  https://y1.example
group both all X Y1
quorum both
`
  it('is met by enough witnesses of each group', () => {
    const policy = parsePolicy(text)
    expect(policy.logs).toEqual([log.key])
    expect(policy.isMetBy([x1, x3, y1])).toBe(true)
    expect(policy.isMetBy([x1, x2, x3])).toBe(false)
    expect(policy.isMetBy([x1, y1])).toBe(false)
    expect(parsePolicy('quorum none').isMetBy([])).toBe(true)
  })

  it.each([
    ['without a quorum', ''],
    ['with two', 'quorum none\nquorum none'],
    ['with a name that comes later', 'group g any X\nquorum g'],
    ['with a group that nobody can meet', `witness X ${formatNoteKey(x1)}\ngroup g 2 X\nquorum g`],
    ['with a witness twice', `witness X ${formatNoteKey(x1)}\nwitness Y ${formatNoteKey(x1)}\nquorum X`],
    ['with a log for a witness', `witness X ${formatNoteKey(log.key)}\nquorum X`],
    ['with a word of its own', 'trust everybody\nquorum none'],
  ])('%s is refused', (_name, wrong) => {
    expect(() => parsePolicy(wrong)).toThrow(AuditLogError)
  })
})
