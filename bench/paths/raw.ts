/** The transport alone: two processes, one mutually verified WebSocket between them, a stream for each connection. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, makeAuthority, type Program, spawnProgram } from '@sallyport/testkit'
import type { RawSettings } from '../raw/programs.ts'
import type { StartPath } from './path.ts'

const FAR_IDENTITY = 'spiffe://bench.example/gateway/1'
const NEAR_IDENTITY = 'spiffe://bench.example/session/1'

interface RawProgram {
  readonly program: Program
  readonly ports: readonly number[]
}

const run = async (entry: 'dial' | 'listen', args: readonly string[]): Promise<RawProgram> => {
  const file = fileURLToPath(new URL(`../raw/${entry}.ts`, import.meta.url))
  const program = await spawnProgram({ name: `raw ${entry}`, command: process.execPath, args: ['--expose-gc', file, ...args] })
  const ready = await program.waitForLine(/^ready (.*)$/, { timeoutMs: 30_000 })
  return { program, ports: ready[1]!.split(' ').map(Number) }
}

export const startRaw: StartPath = async (ends, link) => {
  const folder = join(ends.folder, `raw-${await freePort()}`)
  await mkdir(folder, { mode: 0o700 })
  const authority = await makeAuthority()
  const save = async (side: 'near' | 'far', settings: Omit<RawSettings, 'key' | 'cert' | 'ca'>): Promise<string> => {
    const { key, cert } = await authority.issue({ spiffeId: side === 'near' ? NEAR_IDENTITY : FAR_IDENTITY })
    const file = join(folder, `${side}.json`)
    await writeFile(file, JSON.stringify({ ...settings, key, cert, ca: authority.ca }), { mode: 0o600 })
    return file
  }
  const targets = [ends.bytes, ends.plain.port].map(String)
  const far = await run('listen', [await save('far', { identity: FAR_IDENTITY }), ...targets])
  const farPort = await link(far.ports[0]!)
  const near = await run('dial', [await save('near', { identity: FAR_IDENTITY, farPort }), ...targets])
  return {
    name: 'raw',
    bytes: near.ports[0]!,
    database: { ...ends.plain, port: near.ports[1]! },
    near: [near.program.pid],
    far: [far.program.pid],
    collectGarbage: () => {
      near.program.kill('SIGUSR2')
      far.program.kill('SIGUSR2')
    },
    stop: async () => {
      await near.program.stop()
      await far.program.stop()
    },
  }
}
