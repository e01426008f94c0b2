/** A pair of stunnels with certificates on both sides, TLS 1.3. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProgram, freePort, spawnProgram } from '@sallyport/testkit'
import { awaitPort } from './await-port.ts'
import { makeTunnelFiles } from './certificates.ts'
import { PathSkipped, type StartPath } from './path.ts'

interface Service {
  readonly name: string
  readonly accept: number
  readonly connect: number
}

const configuration = (side: { client: boolean; ca: string; pem: string }, services: readonly Service[]): string =>
  [
    'foreground = yes',
    'pid =',
    'syslog = no',
    'debug = 5',
    'socket = l:TCP_NODELAY=1',
    'socket = r:TCP_NODELAY=1',
    'sslVersionMin = TLSv1.3',
    ...services.flatMap(({ name, accept, connect }) => [
      `[${name}]`,
      `client = ${side.client ? 'yes' : 'no'}`,
      `accept = 127.0.0.1:${accept}`,
      `connect = 127.0.0.1:${connect}`,
      `cert = ${side.pem}`,
      `CAfile = ${side.ca}`,
      'verifyChain = yes',
    ]),
    '',
  ].join('\n')

export const startStunnel: StartPath = async (ends, link) => {
  const command = findProgram('stunnel') ?? findProgram('stunnel4')
  if (command === null) throw new PathSkipped('needs stunnel')
  const ports = { bytes: await freePort(), database: await freePort(), farBytes: await freePort(), farDatabase: await freePort() }
  const folder = join(ends.folder, `stunnel-${ports.bytes}`)
  const files = await makeTunnelFiles(folder)
  const run = async (side: 'near' | 'far', services: readonly Service[]) => {
    const file = join(folder, `${side}.conf`)
    await writeFile(file, configuration({ client: side === 'near', ca: files.ca, pem: files[side] }, services))
    return spawnProgram({ name: `stunnel ${side}`, command, args: [file] })
  }
  const far = await run('far', [
    { name: 'bytes', accept: ports.farBytes, connect: ends.bytes },
    { name: 'database', accept: ports.farDatabase, connect: ends.plain.port },
  ])
  const near = await run('near', [
    { name: 'bytes', accept: ports.bytes, connect: await link(ports.farBytes) },
    { name: 'database', accept: ports.database, connect: await link(ports.farDatabase) },
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
    name: 'stunnel',
    bytes: ports.bytes,
    database: { ...ends.plain, port: ports.database },
    near: [near.pid],
    far: [far.pid],
    stop,
  }
}
