import { runProgram } from '@sallyport/testkit'
import { expect, test } from 'vitest'

/** Two full collections, one before and one after: at each V8 says by which factor the heap may then grow. */
const script = `
  import { collectRarely } from ${JSON.stringify(new URL('./collect-rarely.ts', import.meta.url).href)}
  gc()
  collectRarely()
  gc()
`

test('the heap may grow to five times what is alive before the next full collection, which it may not by itself', async () => {
  const args = ['--expose-gc', '--trace-gc-verbose', '--input-type=module', '-e', script]
  const { stdout } = await runProgram({ command: process.execPath, args })
  // V8 by itself goes up to 4, and lower the longer its collections take.
  const factors = Array.from(stdout.matchAll(/\[HeapController\] factor ([\d.]+)/g), ([, factor]) => Number(factor))
  const [before, after] = factors.slice(-2)
  expect(before).toBeLessThanOrEqual(4)
  expect(after).toBe(5)
})
