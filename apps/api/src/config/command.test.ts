import { describe, expect, it } from 'vitest'
import { readCommand } from './command.ts'

describe('the command line', () => {
  it('names what to do', () => {
    expect(readCommand(['serve'])).toEqual({ name: 'serve' })
    const flags = ['--organization', 'acme', '--name', 'Acme', '--email', 'O@Acme.test', '--first-name', 'O', '--last-name', 'W']
    expect(readCommand(['bootstrap', ...flags])).toMatchObject({ organization: 'acme', owner: { email: 'o@acme.test' } })
  })

  it.each([['--help'], ['bootstrap', '--help']])('explains itself when asked: %j', (...parameters: string[]) => {
    expect(readCommand(parameters)).toEqual({ name: 'help' })
  })

  it.each([[[]], [['serve', 'now']], [['dance']], [['bootstrap', '--organization', 'Not A Slug']], [['bootstrap', '--what']]])(
    'refuses %j and shows how',
    (parameters) => {
      expect(() => readCommand(parameters)).toThrow(/usage: main.ts/)
    },
  )
})
