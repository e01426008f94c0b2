/** A gateway or relay as a process. */
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Program } from '@sallyport/testkit'
import { runNodeProgram, startNodeProgram, waitUntilReady } from './node-program.ts'

const ENTRY = 'apps/gateway/src/main.ts'

export interface GatewayOptions {
  /** Its state folder; it joins when that is missing. */
  readonly state: string
  /** null: a relay. */
  readonly port: number | null
  /** Makes the join token, asked for only when it has to join. */
  readonly joinToken: () => Promise<string>
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly name?: string
  /** Another program than the gateway, once it joined: one that breaks in a certain place. */
  readonly entry?: string
  /** A command that runs it once it joined, such as one that gives it a small disk. */
  readonly within?: readonly string[]
}

export interface Gateway {
  readonly state: string
  /** 0 for a relay. */
  readonly port: number
  readonly program: Program
  stop(): Promise<void>
}

const joinOnce = async (options: GatewayOptions): Promise<void> => {
  const tokenFile = join(dirname(options.state), `${options.name ?? 'gateway'}.token`)
  await mkdir(dirname(options.state), { recursive: true })
  await writeFile(tokenFile, await options.joinToken(), { mode: 0o600 })
  try {
    await runNodeProgram({
      name: 'gateway join',
      entry: ENTRY,
      args: ['join', '--token', `@${tokenFile}`, '--state', options.state],
      ...(options.env ? { env: options.env } : {}),
    })
  } finally {
    await rm(tokenFile)
  }
}

/** Resources of a testbed are on loopback, which a gateway reaches only when it is told that it may. */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  if (!existsSync(options.state)) await joinOnce(options)
  const program = await startNodeProgram({
    name: options.name ?? 'gateway',
    entry: options.entry ?? ENTRY,
    args: [
      'serve',
      '--state',
      options.state,
      ...(options.port === null ? [] : ['--listen', `127.0.0.1:${options.port}`]),
      '--allow-loopback-resources',
      ...(options.args ?? []),
    ],
    ...(options.env ? { env: options.env } : {}),
    ...(options.within ? { within: options.within } : {}),
  })
  await waitUntilReady(program)
  return {
    state: options.state,
    port: options.port ?? 0,
    program,
    stop: async () => {
      await program.stop()
    },
  }
}
