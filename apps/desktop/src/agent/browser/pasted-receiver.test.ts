import { describe, expect, it } from 'vitest'
import { receivePasted } from './pasted-receiver.ts'

const CODE = 'c'.repeat(43)

describe('the receiver of a pasted code', () => {
  it('names no port: the browser is on another computer', () => {
    const waiting = receivePasted()
    expect(waiting.receiver.redirectPort).toBeNull()
    waiting.close()
  })

  it('takes the whole code, whatever spaces came with it', async () => {
    const waiting = receivePasted()
    waiting.give(`  ${CODE.slice(0, 20)}\n${CODE.slice(20)} `)
    await expect(waiting.code).resolves.toBe(CODE)
    waiting.close()
  })

  it.each(['', 'c'.repeat(42), 'c'.repeat(44), `${'c'.repeat(42)}!`])('refuses “%s”, and goes on waiting', async (wrong) => {
    const waiting = receivePasted()
    expect(() => waiting.give(wrong)).toThrow(expect.objectContaining({ code: 'browser_code_invalid' }))
    waiting.give(CODE)
    await expect(waiting.code).resolves.toBe(CODE)
    waiting.close()
  })

  it('gives up when nobody comes, and when it is told to', async () => {
    await expect(receivePasted(1).code).rejects.toMatchObject({ code: 'browser_unfinished' })
    const closed = receivePasted()
    closed.close()
    await expect(closed.code).rejects.toMatchObject({ code: 'browser_unfinished' })
  })
})
