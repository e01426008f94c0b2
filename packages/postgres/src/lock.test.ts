import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeLock } from './lock.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  path = join(folder, 'lock')
})
afterEach(() => rm(folder, { recursive: true }))

test('is taken once and free again when given back', () => {
  const unlock = takeLock(path)
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'already_running' }))
  unlock()
  unlock()
  takeLock(path)()
})

test('ends with the process that held it, even if that is killed', async () => {
  const script = `import { takeLock } from ${JSON.stringify(new URL('lock.ts', import.meta.url).href)}
    takeLock(${JSON.stringify(path)}); console.log('taken'); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  expect(() => takeLock(path)).toThrow(expect.objectContaining({ code: 'already_running' }))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  takeLock(path)()
})
