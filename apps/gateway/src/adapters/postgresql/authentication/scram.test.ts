import { describe, expect, test } from 'vitest'
import {
  MOST_ITERATIONS,
  proveScram,
  ScramError,
  SCRAM_SHA_256,
  SCRAM_SHA_256_PLUS,
  startScram,
  verifyScram,
  type ScramStart,
} from './scram.ts'

/** RFC 7677 §3, whose user name PostgreSQL leaves empty: the start is given as the RFC has it. */
const rfc7677: ScramStart = {
  mechanism: SCRAM_SHA_256,
  clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  gs2Header: 'n,,',
  clientFirstBare: 'n=user,r=rOprNGfwEbeRWgbNEkqO',
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  binding: Buffer.alloc(0),
}
const NONCE = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const SERVER_FIRST = `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
const prove = (serverFirst: string) => proveScram(rfc7677, serverFirst, Buffer.from('pencil'))

describe('SCRAM-SHA-256', () => {
  test('RFC 7677 §3: the proof and the signature of its example', async () => {
    const proof = await prove(SERVER_FIRST)
    expect(proof.clientFinal).toBe(`c=biws,r=${NONCE},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`)
    expect(() => verifyScram(proof, 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).not.toThrow()
  })

  test('a resource that does not know the password is refused', async () => {
    const proof = await prove(SERVER_FIRST)
    expect(() => verifyScram(proof, `v=${Buffer.alloc(32).toString('base64')}`)).toThrow('does not know the password')
    expect(() => verifyScram(proof, 'v=')).toThrow('malformed')
    expect(() => verifyScram(proof, 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=')).toThrow('malformed')
    expect(() => verifyScram(proof, 'e=invalid-proof')).toThrow('refused')
  })

  test.each([
    ['a nonce that does not begin with ours', 'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['a nonce that adds nothing to ours', `r=${rfc7677.nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['a salt that is no base64', `r=${NONCE},s=====,i=4096`],
    ['too few iterations', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095`],
    ['too many iterations', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=${MOST_ITERATIONS + 1}`],
    ['iterations with a leading zero', `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=04096`],
    ['an extension that must be understood', `m=x,r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['fields in another order', `s=W22ZaJ0SNY7soEsUEjb6gQ==,r=${NONCE},i=4096`],
    ['nothing', ''],
  ])('%s is refused', async (_, message) => {
    await expect(prove(message)).rejects.toThrow(ScramError)
  })

  test('binds to the channel where both sides can', () => {
    const binding = Buffer.alloc(32, 1)
    const start = startScram({ mechanisms: [SCRAM_SHA_256, SCRAM_SHA_256_PLUS], binding })
    expect(start?.mechanism).toBe(SCRAM_SHA_256_PLUS)
    expect(start?.clientFirst).toMatch(/^p=tls-server-end-point,,n=,r=/)
    expect(start?.binding).toBe(binding)
  })

  test('says that it could have bound, where the offer does not name it: a stripped offer is noticed', () => {
    const start = startScram({ mechanisms: [SCRAM_SHA_256], binding: Buffer.alloc(32) })
    expect(start?.clientFirst).toMatch(/^y,,n=,r=/)
    expect(start?.binding).toHaveLength(0)
  })

  test('does not bind without TLS, whatever is offered', () => {
    const start = startScram({ mechanisms: [SCRAM_SHA_256, SCRAM_SHA_256_PLUS], binding: null })
    expect([start?.mechanism, start?.gs2Header]).toEqual([SCRAM_SHA_256, 'n,,'])
  })

  test('knows no other mechanism', () => {
    expect(startScram({ mechanisms: ['SCRAM-SHA-1', 'PLAIN'], binding: null })).toBeNull()
    expect(startScram({ mechanisms: [SCRAM_SHA_256_PLUS], binding: null })).toBeNull()
  })

  test('never uses a nonce twice', () => {
    const nonces = Array.from({ length: 50 }, () => startScram({ mechanisms: [SCRAM_SHA_256], binding: null })?.nonce)
    expect(new Set(nonces).size).toBe(50)
  })
})
