import { randomBytes } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withTemporaryDirectory } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { createLogger } from '../program/logger.ts'
import { logLines } from './log-lines.ts'

test('the end of the log is read in its order, with what belongs to each line and without what is secret', async () => {
  await withTemporaryDirectory(async (folder) => {
    const path = join(folder, 'agent.log')
    const secret = randomBytes(32).toString('base64url')
    const logger = createLogger(path, { foreground: false })
    logger.info({ event: 'listener.open', port: 15_001 }, 'a listener is open')
    logger.warn({ event: 'odd', token: secret, of: 'grace@example.org' }, 'something is odd')
    await appendFile(path, '{"level":30,"time":"2026-')
    const lines = await logLines(path)
    expect(lines).toMatchObject([
      { level: 'info', text: 'a listener is open event=listener.open port=15001' },
      { level: 'warn', text: expect.stringContaining('something is odd event=odd') },
    ])
    expect(JSON.stringify(lines)).not.toContain(secret)
    expect(JSON.stringify(lines)).not.toContain('grace@example.org')
  })
})

test('there are none where nothing was ever written', async () => {
  await withTemporaryDirectory(async (folder) => {
    expect(await logLines(join(folder, 'agent.log'))).toEqual([])
  })
})
