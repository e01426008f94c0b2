/** Secrets that can be recognized wherever they turn up, also encoded. */
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { searchFor } from './needle-search.ts'

/** How the secret was written where it was found. */
export type SecretForm = 'plain' | 'base64' | 'base64url' | 'hex' | 'HEX' | 'utf-16le' | 'utf-16be'

export interface Sighting {
  readonly form: SecretForm
  /** Where in the haystack, in bytes. */
  readonly offset: number
}

export interface FileSighting extends Sighting {
  readonly path: string
  /** True if it was found in the file's name or the target of a link, where the offset then counts. */
  readonly inName: boolean
}

export interface Canary {
  /** The secret itself. */
  readonly text: string
  /** Every form in which the secret lies in these bytes, with its first place; empty: it is not there. */
  findBytes(haystack: Uint8Array): Sighting[]
  /**
   * Looks through all files below a folder (or one file), their names and the targets of links. Links are not followed. A
   * file that cannot be read is an error, because it would leave the question open; one that vanishes meanwhile is not.
   */
  searchDirectory(path: string): Promise<FileSighting[]>
}

interface Needle {
  readonly form: SecretForm
  readonly bytes: Buffer
}

/** The shortest secret that is worth looking for: shorter ones are found by chance. */
const MIN_BYTES = 8

const swapPairs = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16()

/**
 * In base64 three bytes become four characters, so how a secret looks depends on how many bytes precede it (modulo 3). The
 * characters at either end that also depend on its neighbours are left out.
 */
const base64Forms = (secret: Buffer, encoding: 'base64' | 'base64url'): Buffer[] =>
  [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret]).toString('base64url')
    const whole = Math.floor(((before + secret.length) * 8) / 6)
    const kept = text.slice(Math.ceil((before * 8) / 6), whole)
    return Buffer.from(encoding === 'base64url' ? kept : kept.replaceAll('-', '+').replaceAll('_', '/'))
  })

const needlesOf = (secret: Buffer): Needle[] => {
  const wide = Buffer.from(secret.toString(), 'utf16le')
  return [
    { form: 'plain', bytes: secret },
    { form: 'hex', bytes: Buffer.from(secret.toString('hex')) },
    { form: 'HEX', bytes: Buffer.from(secret.toString('hex').toUpperCase()) },
    { form: 'utf-16le', bytes: wide },
    { form: 'utf-16be', bytes: swapPairs(wide) },
    ...base64Forms(secret, 'base64').map((bytes): Needle => ({ form: 'base64', bytes })),
    ...base64Forms(secret, 'base64url').map((bytes): Needle => ({ form: 'base64url', bytes })),
  ]
}

/** Every form in which one secret is found, with its first place. */
type Search = (haystack: Uint8Array) => Sighting[]

const searchBy = (needles: readonly Needle[]): Search => {
  const eachPlace = searchFor(needles)
  return (haystack) => {
    const found = new Map<SecretForm, number>()
    const note = ({ form }: Needle, offset: number): void => void (found.has(form) || found.set(form, offset))
    eachPlace(Buffer.from(haystack.buffer, haystack.byteOffset, haystack.byteLength), note)
    return [...found].map(([form, offset]) => ({ form, offset }))
  }
}

interface Wanted {
  readonly search: Search
  /** Bytes of the longest form. */
  readonly longest: number
}

/** Files up to this many bytes are read at once: a folder of a database has a thousand small ones. */
const AT_ONCE = 512 * 1024

const searchFile = async (path: string, size: number, { search, longest }: Wanted): Promise<Sighting[]> => {
  if (size <= AT_ONCE) return search(await readFile(path))
  const overlap = longest - 1
  const found = new Map<SecretForm, number>()
  let tail = Buffer.alloc(0)
  let position = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    const window = Buffer.concat([tail, chunk])
    for (const { form, offset } of search(window)) {
      if (!found.has(form)) found.set(form, position - tail.length + offset)
    }
    position += chunk.length
    tail = window.subarray(Math.max(0, window.length - overlap))
  }
  return [...found].map(([form, offset]) => ({ form, offset }))
}

const unlessGone = async <Value>(promise: Promise<Value>, otherwise: Value): Promise<Value> => {
  try {
    return await promise
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}

const searchPath = async (path: string, wanted: Wanted): Promise<FileSighting[]> => {
  const entry = await unlessGone(lstat(path), null)
  if (entry === null) return []
  const inContent = (sightings: Sighting[]): FileSighting[] => sightings.map((one) => ({ ...one, path, inName: false }))
  const inText = (text: string, of: string): FileSighting[] =>
    wanted.search(Buffer.from(text)).map((one) => ({ ...one, path: of, inName: true }))
  if (entry.isSymbolicLink()) return inText(await unlessGone(readlink(path), ''), path)
  if (entry.isFile()) return inContent(await unlessGone(searchFile(path, entry.size, wanted), []))
  if (!entry.isDirectory()) return []
  const found: FileSighting[] = []
  for (const name of await unlessGone(readdir(path), [])) {
    const below = join(path, name)
    found.push(...inText(name, below), ...(await searchPath(below, wanted)))
  }
  return found
}

/** Makes an existing secret recognizable, such as a password that a program made up. At least 8 bytes. */
export const canaryOf = (secret: string | Uint8Array): Canary => {
  const bytes = Buffer.from(secret)
  if (bytes.length < MIN_BYTES) throw new Error(`a secret of ${bytes.length} bytes would be found by chance`)
  const needles = needlesOf(bytes)
  const search = searchBy(needles)
  const longest = Math.max(...needles.map((needle) => needle.bytes.length))
  return {
    text: bytes.toString(),
    findBytes: search,
    searchDirectory: async (path) => {
      await lstat(path)
      return searchPath(path, { search, longest })
    },
  }
}

/** A new random secret of letters and digits (40 characters, 160 bits), usable as a password anywhere. */
export const canary = (): Canary => canaryOf(`canary${randomBytes(17).toString('hex')}`)
