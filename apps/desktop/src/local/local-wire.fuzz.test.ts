import { SallyportError } from '@sallyport/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeLine, LineDecoder } from './local-wire.ts'

test('lines come out whole wherever they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.json(), { maxLength: 5 }), fc.array(fc.nat(200), { maxLength: 20 }), (texts, cuts) => {
      const values = texts.map((text) => JSON.parse(text) as unknown)
      const bytes = Buffer.from(values.map(encodeLine).join(''))
      const decoder = new LineDecoder()
      const decoded: unknown[] = []
      let at = 0
      for (const cut of [...cuts, bytes.length]) {
        decoded.push(...decoder.push(bytes.subarray(at, at + cut)))
        at += cut
      }
      expect(decoded).toEqual(values)
    }),
  )
})

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof SallyportError ? error.code : String(error)
  }
}

test('anything else is a coded error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(codeOf(() => new LineDecoder().push(bytes))).toMatch(/^(none|protocol_error)$/)
    }),
  )
})
