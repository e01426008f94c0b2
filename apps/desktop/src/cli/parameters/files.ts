/** What is read of files and standard input. Secrets come this way or from a hidden question, never on a command line. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import type { Context } from '../context.ts'
import { invalid } from './invalid.ts'
import type { Reader } from './parameter.ts'

/** Longest file, in bytes: a private key with its certificate chain. */
const MAX_FILE = 64 * 1024

/** Reads a whole file; `-` is standard input. Throws `not_found` or `invalid_request`. */
export const readSmallFile = async (path: string, context: Context): Promise<string> => {
  if (path !== '-') return readFile(path)
  context.prompter.standardInputTaken()
  return collect(context.standardInput as AsyncIterable<Uint8Array>, 'Standard input')
}

const readFile = async (path: string): Promise<string> => {
  try {
    await using file = await open(path)
    return await collect(file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>, `“${path}”`)
  } catch (cause) {
    if (cause instanceof SallyportError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new SallyportError('not_found', { message: `There is no file “${path}”.`, cause })
    throw new SallyportError('invalid_request', { message: `“${path}” cannot be read: ${(cause as Error).message}`, cause })
  }
}

const collect = async (chunks: AsyncIterable<Uint8Array>, name: string): Promise<string> => {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > MAX_FILE) throw invalid(`${name} is longer than ${MAX_FILE / 1024} KiB.`)
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString('utf8')
}

export const fileContents: Reader<string> = { read: readSmallFile, offers: 'file' }

/** One line of a file, without its end. */
export const secretLine: Reader<string> = {
  read: async (path, context) => {
    const line = (await readSmallFile(path, context)).replace(/\r?\n$/, '')
    if (line === '') throw invalid(`${path === '-' ? 'Standard input' : `“${path}”`} is empty.`)
    if (/[\r\n]/.test(line)) throw invalid(`${path === '-' ? 'Standard input' : `“${path}”`} has more than one line.`)
    return line
  },
  offers: 'file',
}

/** The text itself, `@file`, or `-` for standard input. */
export const textOrFile: Reader<string> = {
  read: async (typed, context) => {
    if (typed === '-') return (await readSmallFile('-', context)).trim()
    return typed.startsWith('@') ? (await readSmallFile(typed.slice(1), context)).trim() : typed
  },
  offers: 'file',
}

/** A path that stays the same wherever a later command runs. */
export const absolutePath: Reader<string> = { read: (typed) => resolve(typed), offers: 'file' }
