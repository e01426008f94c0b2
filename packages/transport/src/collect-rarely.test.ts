import { makeAuthority, runProgram } from '@sallyport/testkit'
import { expect, test } from 'vitest'

/** Full collections while bytes come from a TLS socket, over a heap with something in it. */
const script = (first: string): string => `
  import { once } from 'node:events'
  import { PerformanceObserver, constants } from 'node:perf_hooks'
  import { connect, createServer } from 'node:tls'
  import { collectRarely } from ${JSON.stringify(new URL('./collect-rarely.ts', import.meta.url).href)}
  ${first}
  const loaded = Array.from({ length: 200_000 }, (_, index) => ({ index }))
  let full = 0
  new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full += 1
  }).observe({ entryTypes: ['gc'] })
  const { key, cert, ca } = JSON.parse(process.env.IDENTITY)
  const piece = Buffer.alloc(262_144)
  const server = createServer({ key, cert }, (socket) => {
    let left = 2_000
    const pour = () => {
      while (left-- > 0) if (!socket.write(piece)) return socket.once('drain', pour)
      socket.end()
    }
    pour()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect({ host: '127.0.0.1', port: server.address().port, ca })
  client.resume()
  await once(client, 'end')
  server.close()
  await new Promise((resolve) => setTimeout(resolve, 10))
  console.log(full, loaded.length)
`

test('fewer full collections while a TLS socket is read', async () => {
  const authority = await makeAuthority()
  const identity = JSON.stringify({ ...(await authority.issue({ ipAddresses: ['127.0.0.1'] })), ca: authority.ca })
  const collections = async (first: string): Promise<number> => {
    const args = ['--input-type=module', '-e', script(first)]
    const { stdout, stderr } = await runProgram({ command: process.execPath, args, env: { ...process.env, IDENTITY: identity } })
    expect(stderr).toBe('')
    return Number(stdout.split(' ')[0])
  }
  const usual = await collections('')
  expect(usual).toBeGreaterThan(0)
  expect(await collections('collectRarely()')).toBeLessThan(usual)
})
