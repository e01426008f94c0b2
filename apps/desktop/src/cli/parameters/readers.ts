/** Readers of plain values. Names of things: `../names/reference.ts`; files: `files.ts`; times: `time.ts`. */
import { email, host, port, slug } from '@sallyport/protocol'
import type { z } from 'zod'
import { invalid } from './invalid.ts'
import type { Reader } from './parameter.ts'

export const text: Reader<string> = { read: (typed) => typed }

const checked = <Value>(schema: z.ZodType<Value>, expected: string): Reader<Value> => ({
  read: (typed) => {
    const parsed = schema.safeParse(typed)
    if (parsed.success) return parsed.data
    throw invalid(`“${typed}” is not ${expected}.`)
  },
})

export const emailAddress = checked(email, 'an e-mail address')
export const shortName = checked(slug, 'a short name: small letters, digits and hyphens, at most 63')
export const hostName = checked(host, 'a host name or IP address')

export const choice = <const Word extends string>(words: readonly Word[]): Reader<Word> => ({
  read: (typed) => {
    const word = words.find((candidate) => candidate === typed)
    if (word === undefined) throw invalid(`“${typed}” is none of: ${words.join(', ')}.`)
    return word
  },
  offers: words,
})

export const wholeNumber = (first: number, last: number): Reader<number> => ({
  read: (typed) => {
    const value = Number(typed)
    if (!/^\d{1,10}$/.test(typed) || value < first || value > last)
      throw invalid(`“${typed}” is not a whole number from ${first} to ${last}.`)
    return value
  },
})

export const portNumber: Reader<number> = {
  read: (typed) => {
    const parsed = port.safeParse(/^\d{1,5}$/.test(typed) ? Number(typed) : null)
    if (!parsed.success) throw invalid(`“${typed}” is not a port: a number from 1 to 65535.`)
    return parsed.data
  },
}

/** `db.example.org:443`, `[2001:db8::1]:443`. */
export const hostAndPort: Reader<{ host: string; port: number }> = {
  read: (typed, context) => {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(typed) ?? []
    const name = bracketed ?? plain
    if (name === undefined || !host.safeParse(name).success) throw invalid(`“${typed}” is not host:port.`)
    return { host: name, port: portNumber.read(digits!, context) as number }
  },
}

/** SHA-256 of a certificate: 64 hexadecimal digits, with or without colons, or base64url as the API shows it. */
export const certificateDigest: Reader<string> = {
  read: (typed) => {
    const digits = typed.replaceAll(':', '')
    if (/^[0-9a-fA-F]{64}$/.test(digits)) return Buffer.from(digits, 'hex').toString('base64url')
    if (/^[A-Za-z0-9_-]{43}$/.test(typed)) return typed
    throw invalid(
      'A pin is the SHA-256 of the certificate: 64 hexadecimal digits, as `openssl x509 -fingerprint -sha256` prints it.',
    )
  },
}

export const onOrOff: Reader<boolean> = {
  read: (typed, context) => choice(['on', 'off']).read(typed, context) === 'on',
  offers: ['on', 'off'],
}
