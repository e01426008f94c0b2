import { isAlive } from '@sallyport/postgres'
import { expect, test } from 'vitest'
import { spawnProgram } from './spawn-program.ts'
import { waitFor } from './wait-for.ts'

test.skipIf(process.platform === 'win32')(
  'programs die with a runner that is killed, also those behind one that ended',
  async () => {
    const script = `import { spawnProgram } from ${JSON.stringify(new URL('spawn-program.ts', import.meta.url).href)}
    const start = () => spawnProgram({ command: 'sleep', args: ['1000'] })
    const [before, ended, after] = [await start(), await start(), await start()]
    await ended.stop()
    console.log('pids ' + before.pid + ' ' + after.pid)`
    const runner = await spawnProgram({ command: process.execPath, args: ['--input-type=module', '-e', script] })
    const [, ...words] = await runner.waitForLine(/^pids (\d+) (\d+)$/)
    const pids = words.map(Number)
    const alive = () => Promise.all(pids.map(isAlive))
    expect(await alive()).toEqual([true, true])
    runner.kill('SIGKILL')
    await waitFor(async () => (await alive()).every((lives) => !lives), { description: 'the programs to die' })
  },
)
