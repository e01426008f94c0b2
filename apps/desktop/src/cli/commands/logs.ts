import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { fromBase64url, MAX_RECORDING_BYTES, SallyportError } from '@sallyport/protocol'
import { identitiesIn, openRecording } from '@sallyport/recording/age'
import { type Command, defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { reference } from '../names/reference.ts'
import { readSmallFile } from '../parameters/files.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, option, requiredOption } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { listCommand } from '../route-command.ts'
import { write } from '../terminal/output.ts'
import { localTime } from '../views/time.ts'

const digestPattern = /^[A-Za-z0-9_-]{43}$/

const readRecordingFile = async (path: string): Promise<Uint8Array> => {
  await using file = await open(path).catch((cause: unknown) => {
    throw new SallyportError('not_found', { message: `“${path}” is no file that can be read, and no recording.`, cause })
  })
  if ((await file.stat()).size > MAX_RECORDING_BYTES) throw invalid(`“${path}” is longer than a recording.`)
  return await file.readFile()
}

/** By its digest from the API, otherwise a file of a gateway's state folder. */
const readRecording = async (context: Context, named: string): Promise<Uint8Array> => {
  if (!digestPattern.test(named)) return readRecordingFile(named)
  const { items } = await context.api('listRecordings', { query: { digest: named } })
  const [found] = items
  if (found === undefined) throw new SallyportError('not_found', { message: 'There is no such recording, or it was removed.' })
  if (found.body === null) {
    const place = `recordings/${found.stream}/${found.digest}.age`
    throw new SallyportError('not_found', { message: `The gateway ${found.gateway} keeps it, in its state folder: ${place}` })
  }
  const bytes = fromBase64url(found.body)
  if (createHash('sha256').update(bytes).digest('base64url') !== named) {
    throw new SallyportError('conflict', { message: 'What the API handed out is not the recording of this digest.' })
  }
  return bytes
}

export const logsCommands: readonly Command[] = [
  listCommand({
    words: 'logs list',
    route: 'listRecordings',
    log: true,
    parameters: { user: option('user <user>', 'of this person: e-mail address or id', reference('user')) },
    query: ({ user }) => (user === undefined ? {} : { user }),
    names: ['user', 'gateway'],
    columns: (nameOf) => [
      { heading: 'AT', value: (row) => localTime(row.at) },
      { heading: 'PERSON', value: (row) => nameOf('user', row.user) },
      { heading: 'GATEWAY', value: (row) => nameOf('gateway', row.gateway) },
      { heading: 'KEPT', value: (row) => row.kept },
      { heading: 'RECORDING', value: (row) => row.digest },
    ],
    empty: 'There are no recordings that are encrypted to recipients.',
  }),
  defineCommand({
    words: 'logs decrypt',
    summary: 'Decrypts a recording with an identity of its recipients, and prints its records as JSON lines',
    details: 'The program age does the same with the file. The identity stays on this computer.',
    parameters: {
      recording: argument('recording', 'its digest, as activity shows it; or a file of a gateway', text),
      identity: requiredOption('identity <file>', 'identities, as age-keygen writes them; - is standard input', text),
    },
    examples: ['sallyport logs decrypt 5tdZ… --identity ~/audit-key.txt', 'age --decrypt -i ~/audit-key.txt recording.age'],
    run: async (context, { recording, identity }) => {
      const identities = identitiesIn(await readSmallFile(identity, context))
      if (identities.length === 0) throw invalid('There is no identity in it.')
      const file = await readRecording(context, recording)
      const lines = await openRecording(file, identities).catch((cause: unknown) => {
        throw new SallyportError('unseal_failed', {
          message: 'The recording is not encrypted to this identity, or was changed.',
          cause,
        })
      })
      await write(process.stdout, Buffer.from(lines).toString('utf8'))
      return undefined
    },
  }),
]
