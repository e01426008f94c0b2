import type { LogState, LogWitness } from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import { openFolder } from '../../log-export/export-folder.ts'
import { headOf, type LogSource } from '../../log-export/read-log.ts'
import { writeFile } from '../../log-export/write-file.ts'
import { writeFolder } from '../../log-export/write-folder.ts'
import { verifyLine } from '../../shared/verify-line.ts'
import { readSmallFile } from '../parameters/files.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, option } from '../parameters/parameter.ts'
import { text, wholeNumber } from '../parameters/readers.ts'
import { routeCommand } from '../route-command.ts'
import { type Answer, message } from '../views/answer.ts'
import { fields } from '../views/fields.ts'

const logFields = (log: LogState): Answer =>
  fields(log, [
    ['Origin', log.origin],
    ['Entries', log.size],
    ['Signed', log.checkpoint === null ? 'nothing yet' : `${log.checkpoint.size} entries, ${log.checkpoint.signedAt}`],
    ['Witnessed', log.witnessed === null ? 'nothing' : `${log.witnessed.size} entries, by ${log.quorum} at least`],
    ...log.keys.map((key): [string, string] => ['Key', key]),
    ...log.witnesses.map(({ key, url, size, problem }): [string, string] => [
      'Witness',
      `${key.split('+')[0]} (${url}): ${problem ?? (size === null ? 'not asked yet' : `${size} entries`)}`,
    ]),
    ...(log.problem === null ? [] : [['Not signed', log.problem.message] as [string, string]]),
  ])

/** `<verifier key> <url>` on each line. */
const parseWitnesses = (content: string): LogWitness[] =>
  content
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [key, url, ...more] = line.split(/\s+/)
      if (key === undefined || url === undefined || more.length > 0) throw invalid('Each line is: <verifier key> <url>')
      return { key, url }
    })

export const logCommands: readonly Command[] = [
  routeCommand({ words: 'admin log show', route: 'getLog', parameters: {}, input: () => ({}), answer: logFields }),
  routeCommand({
    words: 'admin log witnesses',
    route: 'changeLogWitnesses',
    details: 'Each line of the file is the verifier key of a witness and its address. An empty file: no witnesses.',
    parameters: {
      file: argument('file', 'the witnesses; - is standard input', text),
      quorum: option('quorum <count>', 'how many must have cosigned a head before it counts as witnessed', wholeNumber(0, 16)),
    },
    input: async ({ file, quorum }, context) => {
      const witnesses = parseWitnesses(await readSmallFile(file, context))
      return { body: { witnesses, quorum: quorum ?? witnesses.length } }
    },
    answer: (result) => message(result, `${result.witnesses.length} witnesses; ${result.quorum} must cosign.`),
  }),
  routeCommand({
    words: 'admin log start-key',
    route: 'startLogKey',
    details:
      'When the key before is lost, or must not be trusted any more. That there is a new one is an entry of the log; give it to each witness and to those who verify, beside the one before: nothing can announce it to them.',
    parameters: {},
    input: () => ({}),
    answer: logFields,
  }),
  routeCommand({
    words: 'admin log prove',
    route: 'proveLogEntry',
    parameters: { entry: argument('entry', 'the id of an entry, as sallyport audit --json shows it', text) },
    input: ({ entry }) => ({ parameters: { entry } }),
    answer: (proven) =>
      fields(proven, [
        ['Number', proven.index],
        ['Leaf', proven.leaf],
        ['Proof', proven.proof ?? 'not yet: its head is about to be signed'],
      ]),
  }),
  defineCommand({
    words: 'admin log export',
    summary: 'Writes the log so that sallyport-verify can verify it anywhere',
    details: 'That it was exported is an entry of the log itself.',
    parameters: {
      folder: option('folder <folder>', 'a new or empty folder, for tiles (C2SP tlog-tiles)', text),
      file: option('file <file>', 'a new file, for JSON lines', text),
    },
    examples: ['sallyport admin log export --folder audit-2026', 'sallyport-verify audit-2026 --key <key>'],
    run: async (context, { folder, file }) => {
      if ((folder === undefined) === (file === undefined)) throw invalid('Say where to: --folder or --file.')
      const tiles = folder === undefined ? null : await openFolder(folder)
      const head = headOf(await context.api('beginLogExport'))
      const source: LogSource = {
        getLogTile: (input) => context.api('getLogTile', input),
        readLogEntries: (input) => context.api('readLogEntries', input),
      }
      const log = { source, head }
      const writing = tiles === null ? writeFile(file!, log) : writeFolder(tiles, log)
      await context.progress('Reading the log', writing)
      const line = verifyLine({ path: folder ?? file!, key: head.key }, process.platform)
      return message({ ...head }, `${head.size} entries. Verify with: ${line}`)
    },
  }),
]
