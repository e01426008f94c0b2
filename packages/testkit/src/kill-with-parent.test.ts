import { isAlive } from '@sallyport/postgres'
import { expect, test } from 'vitest'
import { spawnProgram } from './spawn-program.ts'
import { waitFor } from './wait-for.ts'

test.skipIf(process.platform === 'win32')('a program dies with a runner that is killed', async () => {
  const script = `import { spawnProgram } from ${JSON.stringify(new URL('spawn-program.ts', import.meta.url).href)}
    const program = await spawnProgram({ command: 'sleep', args: ['1000'] }); console.log('pid ' + program.pid)`
  const runner = await spawnProgram({ command: process.execPath, args: ['--input-type=module', '-e', script] })
  const pid = Number((await runner.waitForLine(/^pid (\d+)$/))[1])
  expect(await isAlive(pid)).toBe(true)
  runner.kill('SIGKILL')
  await waitFor(async () => !(await isAlive(pid)), { description: 'the program to die' })
})
