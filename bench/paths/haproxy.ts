/** A pair of HAProxies with certificates on both sides, TLS 1.3. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, freePort, spawnProgram } from '@sallyport/testkit'
import { awaitPort } from './await-port.ts'
import { makeTunnelFiles } from './certificates.ts'
import { PathSkipped, type StartPath } from './path.ts'

interface Route {
  readonly bind: string
  readonly server: string
}

const configuration = (routes: readonly Route[]): string =>
  [
    'global',
    '  maxconn 8000',
    'defaults',
    '  mode tcp',
    '  timeout connect 10s',
    '  timeout client 10m',
    '  timeout server 10m',
    ...routes.flatMap(({ bind, server }, index) => [
      `frontend front${index}`,
      `  bind ${bind}`,
      `  default_backend back${index}`,
      `backend back${index}`,
      `  server only ${server}`,
    ]),
    '',
  ].join('\n')

export const startHaproxy: StartPath = async (ends, link) => {
  const command = findProgram('haproxy')
  if (command === null) throw new PathSkipped('needs haproxy')
  const ports = { bytes: await freePort(), database: await freePort(), farBytes: await freePort(), farDatabase: await freePort() }
  const folder = join(ends.folder, `haproxy-${ports.bytes}`)
  const files = await makeTunnelFiles(folder)
  const run = async (side: 'near' | 'far', routes: readonly Route[]) => {
    const file = join(folder, `${side}.cfg`)
    await writeFile(file, configuration(routes))
    return spawnProgram({ name: `haproxy ${side}`, command, args: ['-db', '-f', file] })
  }
  const accept = (port: number): string =>
    `127.0.0.1:${port} ssl crt ${files.far} ca-file ${files.ca} verify required ssl-min-ver TLSv1.3`
  const dial = (port: number): string =>
    `127.0.0.1:${port} ssl crt ${files.near} ca-file ${files.ca} verify required ssl-min-ver TLSv1.3`
  const far = await run('far', [
    { bind: accept(ports.farBytes), server: `127.0.0.1:${ends.bytes}` },
    { bind: accept(ports.farDatabase), server: `127.0.0.1:${ends.plain.port}` },
  ])
  const near = await run('near', [
    { bind: `127.0.0.1:${ports.bytes}`, server: dial(await link(ports.farBytes)) },
    { bind: `127.0.0.1:${ports.database}`, server: dial(await link(ports.farDatabase)) },
  ])
  const stop = async (): Promise<void> => {
    await near.stop()
    await far.stop()
  }
  try {
    await awaitPort(ports.farDatabase, far)
    await awaitPort(ports.database, near)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    name: 'haproxy',
    bytes: ports.bytes,
    database: { ...ends.plain, port: ports.database },
    near: [near.pid],
    far: [far.pid],
    stop,
  }
}
