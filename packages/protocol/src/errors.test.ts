import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { errorTable, isErrorCode, SallyportError } from './errors.ts'

const page = await readFile(new URL('../spec/errors.md', import.meta.url), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, code, kind, status, text]) => ({ code: code!.replaceAll('`', ''), kind, status: Number(status), text }))

describe('the table of error codes', () => {
  it('is the one that the page shows', () => {
    expect(rows).toEqual(Object.entries(errorTable).map(([code, { kind, status, text }]) => ({ code, kind, status, text })))
  })

  it('has a status that fits the kind', () => {
    const fitting = {
      input: [400, 413],
      authentication: [401],
      permission: [403],
      missing: [404],
      conflict: [409],
      limit: [429],
      unavailable: [502, 503],
      internal: [500],
    }
    for (const [code, { kind, status }] of Object.entries(errorTable)) expect(fitting[kind], code).toContain(status)
  })

  it('knows its own codes only', () => {
    expect(Object.keys(errorTable).every(isErrorCode)).toBe(true)
    expect(isErrorCode('toString')).toBe(false)
  })
})

describe('an error', () => {
  it('says what a person may read, and keeps its cause to itself', () => {
    const error = new SallyportError('internal', { cause: new Error('password of the database: hunter2') })
    expect(error.toBody()).toEqual({ code: 'internal', message: errorTable.internal.text })
  })
})
