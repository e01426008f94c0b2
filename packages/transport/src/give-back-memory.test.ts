import { runProgram } from '@sallyport/testkit'
import { expect, test } from 'vitest'

const run = async (module: string, body: string): Promise<string> => {
  const script = `import * as part from ${JSON.stringify(new URL(module, import.meta.url).href)}\n${body}`
  const { stdout, stderr } = await runProgram({ command: process.execPath, args: ['--input-type=module', '-e', script] })
  expect(stderr).toBe('')
  return stdout
}

/** Garbage as loading makes it: small things, some of which live for a while. */
const litter = `
  let kept = []
  for (let count = 0; count < 3e6; count += 1) { kept.push({ count }); if (kept.length > 2e5) kept = [] }
  kept = null
`

test('what start-up took is with the system again, and no global collector is left behind', async () => {
  const [before, after, left] = JSON.parse(
    await run(
      './give-back-memory.ts',
      `${litter}
       const before = process.memoryUsage().heapTotal
       part.giveBackMemory()
       const context = process.getBuiltinModule('node:vm').runInNewContext('typeof gc')
       console.log(JSON.stringify([before, process.memoryUsage().heapTotal, [typeof gc, context]]))`,
    ),
  ) as [number, number, string[]]
  expect(after).toBeLessThan(before / 2)
  expect(left).toEqual(['undefined', 'undefined'])
})
