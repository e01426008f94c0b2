import { describe, expect, test } from 'vitest'
import { type Expectation, isExpected, type ProcessFacts } from './match.ts'

const launched = { pid: 100, at: 1_000_000 }
const nothing: Expectation = { names: [], places: [], sandbox: null }
const process = (facts: Partial<ProcessFacts>): ProcessFacts => ({
  pid: 200,
  program: '/usr/bin/other',
  parent: null,
  sandbox: null,
  startedAt: null,
  ...facts,
})

describe('a program that was started by us', () => {
  test('is it, and so is its child', () => {
    expect(isExpected(process({ pid: 100 }), nothing, launched)).toBe(true)
    expect(isExpected(process({ parent: { pid: 100, program: '/bin/sh' } }), nothing, launched)).toBe(true)
  })
  test('does not vouch for another program', () => {
    expect(isExpected(process({ parent: { pid: 101, program: '/bin/sh' } }), nothing, launched)).toBe(false)
  })
})

describe('a tool in a folder of its own', () => {
  const expected = { ...nothing, places: ['/usr/share/dbeaver-ce'] }
  test.for([
    ['its program', { program: '/usr/share/dbeaver-ce/dbeaver' }, true],
    ['its virtual machine', { program: '/usr/share/dbeaver-ce/jre/bin/java' }, true],
    [
      'a virtual machine of the system under it',
      { program: '/usr/lib/jvm/java', parent: { pid: 7, program: '/usr/share/dbeaver-ce/dbeaver' } },
      true,
    ],
    ['a neighbour whose folder begins alike', { program: '/usr/share/dbeaver-ce-evil/dbeaver' }, false],
    ['another program', { program: '/usr/bin/psql' }, false],
    ['a program whose path is not told', { program: '' }, false],
  ] as const)('%s', ([, facts, same]) => {
    expect(isExpected(process(facts), expected, launched)).toBe(same)
  })
  test('a program that a shell inside of it started is not the tool', () => {
    const psql = process({ program: '/usr/bin/psql', parent: { pid: 9, program: '/usr/bin/bash' } })
    expect(isExpected(psql, { ...nothing, places: ['/usr/share/code'] }, launched)).toBe(false)
  })
  test('on Windows in any case of letters', () => {
    const windows = { ...nothing, places: ['C:\\Program Files\\DBeaver'] }
    expect(isExpected(process({ program: 'c:\\program files\\dbeaver\\DBEAVER.EXE' }), windows, launched)).toBe(true)
    expect(isExpected(process({ program: 'C:\\Program Files\\DBeaverLite\\dbeaver.exe' }), windows, launched)).toBe(false)
  })
})

describe('a program in a terminal', () => {
  const expected = { ...nothing, names: ['psql'] }
  test('is known by its name, whoever started it', () => {
    expect(isExpected(process({ program: '/usr/lib/postgresql/15/bin/psql' }), expected, launched)).toBe(true)
    expect(isExpected(process({ program: 'C:\\PostgreSQL\\bin\\psql.exe' }), expected, launched)).toBe(true)
  })
  test('is not the terminal, nor what else runs there', () => {
    expect(isExpected(process({ pid: 100, program: '/usr/bin/xterm' }), expected, launched)).toBe(false)
    expect(isExpected(process({ program: '/usr/bin/mypsql' }), expected, launched)).toBe(false)
  })
  test('is not one that ran before', () => {
    const program = '/usr/bin/psql'
    expect(isExpected(process({ program, startedAt: launched.at - 60_000 }), expected, launched)).toBe(false)
    expect(isExpected(process({ program, startedAt: launched.at + 50 }), expected, launched)).toBe(true)
  })
})

test('a sandbox is known by its kind and name, not by a path inside of it', () => {
  const expected: Expectation = { ...nothing, sandbox: { kind: 'flatpak', name: 'io.dbeaver.DBeaverCommunity' } }
  const inSandbox = (kind: 'flatpak' | 'snap', name: string) => process({ program: '/app/bin/dbeaver', sandbox: { kind, name } })
  expect(isExpected(inSandbox('flatpak', 'io.dbeaver.DBeaverCommunity'), expected, launched)).toBe(true)
  expect(isExpected(inSandbox('flatpak', 'org.other.Tool'), expected, launched)).toBe(false)
  expect(isExpected(inSandbox('snap', 'io.dbeaver.DBeaverCommunity'), expected, launched)).toBe(false)
  expect(isExpected(process({ program: '/app/bin/dbeaver' }), expected, launched)).toBe(false)
})
