/** A witness: cosigns the heads of logs that it knows, as long as each contains the one before. It keeps nothing but heads. */
import { mkdir, readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { formatNoteKey } from '@sallyport/audit-log'
import { pino } from 'pino'
import { openHeads } from './heads.ts'
import { makeKey, readKey } from './key.ts'
import { lockFolder } from './lock.ts'
import { keysOfLogs, logsFile } from './logs.ts'
import { serveWitness } from './server.ts'

const usage = `Usage: sallyport-witness init  --state <folder> --name <name>
       sallyport-witness serve --state <folder> --listen <host:port> [--tls-certificate <file> --tls-key <file>]

init makes a key and prints it as a verifier key, for the log and for those who verify it. The verifier keys of the logs
that it shall witness go into the file "logs" in the folder, one a line.
`

class UsageError extends Error {}

const readArguments = () => {
  const option = { type: 'string' } as const
  const help = { type: 'boolean' } as const
  const options = { help, 'state': option, 'name': option, 'listen': option, 'tls-certificate': option, 'tls-key': option }
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    return { values, command: positionals.length === 1 ? positionals[0] : undefined }
  } catch (cause) {
    throw new UsageError('', { cause })
  }
}

const parseListen = (text: string | undefined): { readonly host: string; readonly port: number } => {
  const [, six, four, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text ?? '') ?? []
  const host = six ?? four
  if (host === undefined || !(Number(port) <= 65_535)) throw new UsageError()
  return { host, port: Number(port) }
}

const init = async (folder: string, name: string | undefined): Promise<void> => {
  if (name === undefined) throw new UsageError()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { key } = await makeKey(folder, name)
  process.stdout.write(`${formatNoteKey(key)}\n`)
}

const serve = async (folder: string, values: ReturnType<typeof readArguments>['values']): Promise<void> => {
  const logger = pino({ base: { program: 'witness', pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime })
  const address = parseListen(values.listen)
  const [certificate, key] = [values['tls-certificate'], values['tls-key']]
  if ((certificate === undefined) !== (key === undefined)) throw new UsageError()
  const tls =
    certificate === undefined || key === undefined
      ? null
      : { cert: await readFile(certificate, 'utf8'), key: await readFile(key, 'utf8') }
  const unlock = await lockFolder(folder)
  try {
    const own = await readKey(folder)
    const [heads, keysOf] = [await openHeads(folder), await keysOfLogs(folder, Date.now)]
    const interrupted = new Promise<void>((resolve) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
    })
    const running = await serveWitness({ ...address, folder, tls, own, heads, keysOf, clock: Date.now, logger })
    const place = { host: address.host, port: running.port, logs: logsFile(folder) }
    logger.info({ event: 'ready', key: formatNoteKey(own.key), ...place }, 'ready')
    await interrupted
    await running.close()
  } finally {
    await unlock()
  }
}

try {
  const { values, command } = readArguments()
  if (values.help) {
    process.stdout.write(usage)
    process.exit(0)
  }
  if (values.state === undefined) throw new UsageError()
  if (command === 'init') await init(values.state, values.name)
  else if (command === 'serve') await serve(values.state, values)
  else throw new UsageError()
} catch (error) {
  const isUsage = error instanceof UsageError
  process.stderr.write(isUsage ? usage : `${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = isUsage ? 2 : 1
}
