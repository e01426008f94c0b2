import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { csvRecord } from './csv.ts'

describe('a record', () => {
  it('quotes what separates, and doubles quotes', () => {
    expect(csvRecord(['plain', 'a,b', 'say "hi"', 'two\nlines', null, 7])).toBe('plain,"a,b","say ""hi""","two\nlines",,7\r\n')
  })

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\t=1', '\r\n=1', '=cmd|"/c calc"!A1'])(
    'makes text of the formula %j',
    (text) => {
      const [first] = csvRecord([text]).replace(/^"/, '')
      expect(first).toBe("'")
    },
  )

  it('leaves numbers that are numbers alone', () => {
    expect(csvRecord([-3])).toBe('-3\r\n')
  })

  it('never begins a cell like a formula', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(csvRecord([text])).not.toMatch(/^"?\s*[=+\-@]/)
      }),
    )
  })
})
