/** The central API as a process. */
import type { Program } from '@sallyport/testkit'
import { type NodeProgramOptions, runNodeProgram, startNodeProgram, waitUntilReady } from './node-program.ts'

export const API_ENTRY = 'apps/api/src/main.ts'

export interface ApiOptions {
  readonly dataDirectory: string
  /** Loopback ports of the listeners. */
  readonly port: number
  readonly gatewayPort: number
  readonly pagesPort: number
  readonly env?: Readonly<Record<string, string>>
  readonly name?: string
}

export interface Api {
  readonly origin: string
  readonly gatewayOrigin: string
  readonly pagesOrigin: string
  readonly program: Program
  stop(): Promise<void>
}

const programOf = (options: ApiOptions, args: readonly string[]): NodeProgramOptions => ({
  name: options.name ?? 'api',
  entry: API_ENTRY,
  args,
  env: {
    SALLYPORT_DATA_DIRECTORY: options.dataDirectory,
    SALLYPORT_LISTEN: `127.0.0.1:${options.port}`,
    SALLYPORT_GATEWAY_LISTEN: `127.0.0.1:${options.gatewayPort}`,
    SALLYPORT_PAGES_LISTEN: `127.0.0.1:${options.pagesPort}`,
    SALLYPORT_PUBLIC_ORIGIN: `https://127.0.0.1:${options.port}`,
    SALLYPORT_GATEWAY_ORIGIN: `https://127.0.0.1:${options.gatewayPort}`,
    ...options.env,
  },
})

export const startApi = async (options: ApiOptions): Promise<Api> => {
  const program = await startNodeProgram(programOf(options, ['serve']))
  await waitUntilReady(program)
  return {
    origin: `https://127.0.0.1:${options.port}`,
    gatewayOrigin: `https://127.0.0.1:${options.gatewayPort}`,
    pagesOrigin: `http://127.0.0.1:${options.pagesPort}`,
    program,
    stop: async () => {
      await program.stop()
    },
  }
}

export interface NewOrganization {
  readonly slug: string
  readonly name: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
}

/** Makes an organization with its owner, before the API serves; returns the owner's invitation. */
export const bootstrap = async (options: ApiOptions, organization: NewOrganization): Promise<string> => {
  const { slug, name, email, firstName, lastName } = organization
  const args = ['--organization', slug, '--name', name, '--email', email, '--first-name', firstName, '--last-name', lastName]
  const output = await runNodeProgram(programOf({ ...options, name: 'api bootstrap' }, ['bootstrap', ...args]))
  const { invitation } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as { invitation: string }
  return invitation
}
