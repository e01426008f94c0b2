import { runProgram } from '@sallyport/testkit'
import { expect, test } from 'vitest'

/** Full collections while short-lived buffers pass, over a heap with something in it. */
const script = (first: string): string => `
  import { PerformanceObserver, constants } from 'node:perf_hooks'
  import { collectRarely } from ${JSON.stringify(new URL('./collect-rarely.ts', import.meta.url).href)}
  ${first}
  const loaded = Array.from({ length: 200_000 }, (_, index) => ({ index }))
  let full = 0
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full += 1
  }).observe({ entryTypes: ['gc'] })
  for (let turn = 0; turn < 400; turn += 1) {
    for (let count = 0; count < 64; count += 1) Buffer.allocUnsafeSlow(16_384)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await new Promise((resolve) => setTimeout(resolve, 10))
  console.log(full, loaded.length)
`

const collections = async (first: string): Promise<number> => {
  const { stdout, stderr } = await runProgram({ command: process.execPath, args: ['--input-type=module', '-e', script(first)] })
  expect(stderr).toBe('')
  return Number(stdout.split(' ')[0])
}

test('fewer full collections while buffers pass', async () => {
  const usual = await collections('')
  expect(usual).toBeGreaterThan(0)
  expect(await collections('collectRarely()')).toBeLessThan(usual)
})
