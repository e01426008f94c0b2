/** Starts this folder's programs. */
import { fileURLToPath } from 'node:url'
import { type Program, spawnProgram } from '@sallyport/testkit'

export interface PortProgram {
  readonly port: number
  readonly program: Program
}

const start = async (entry: string, args: readonly string[]): Promise<PortProgram> => {
  const file = fileURLToPath(new URL(entry, import.meta.url))
  const program = await spawnProgram({ name: entry, command: process.execPath, args: [file, ...args] })
  const ready = await program.waitForLine(/^ready (\d+)$/, { timeoutMs: 30_000 })
  return { program, port: Number(ready[1]) }
}

export const startByteServer = (): Promise<PortProgram> => start('byte-server.ts', [])

export const startSlowLink = (port: number, link: { milliseconds: number; bytesPerSecond: number }): Promise<PortProgram> =>
  start('slow-link.ts', [port, link.milliseconds, link.bytesPerSecond].map(String))
