import { expect, test } from 'vitest'
import { spawnProgram } from './spawn-program.ts'
import { waitFor } from './wait-for.ts'

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.skipIf(process.platform === 'win32')('a program dies with a runner that is killed', async () => {
  const script = `import { spawnProgram } from ${JSON.stringify(new URL('spawn-program.ts', import.meta.url).href)}
    const program = await spawnProgram({ command: 'cat' }); console.log('pid ' + program.pid)`
  const runner = await spawnProgram({ command: process.execPath, args: ['--input-type=module', '-e', script] })
  const pid = Number((await runner.waitForLine(/^pid (\d+)$/))[1])
  expect(isAlive(pid)).toBe(true)
  runner.kill('SIGKILL')
  await waitFor(() => !isAlive(pid), { description: 'the program to die' })
})
