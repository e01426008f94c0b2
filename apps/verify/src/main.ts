/** Verifies a log offline: an export or a folder of tiles, with nothing but the keys that the person brings. */
import { readFile, stat } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { AuditLogError, MAX_POLICY, parseNoteKey, parsePolicy, type Policy } from '@sallyport/audit-log'
import { Findings } from './findings.ts'
import { openSource } from './open-source.ts'
import { showProgress } from './progress.ts'
import { Unreadable } from './source.ts'
import { type Verified, verifyLog } from './verify.ts'

const usage = `Usage: sallyport-verify <export file or folder> [options]

  --key <verifier key>     a key of the log that you trust; may be repeated
  --policy <file>          the logs and witnesses that you trust, and who must have cosigned (C2SP tlog-policy)
  --seen <file>            a head of this log that somebody has seen, of an earlier day or a witness: it must be on this
                           history; may be repeated
  --earlier <export>       an earlier export, to name the entry that was changed since
  --recordings <folder>    recordings, such as a gateway keeps, to compare with their digests: <stream>/<first record>.jsonl
  --unlocks <path>         the separate unlock log, to compare with: a file with an unlock on each line, or a folder of objects
  --unlocks-since <time>   compare only unlocks from then on, or
  --unlocks-until <time>   before then: 2026-11-01T00:00:00Z. The unlock log is taken out first, the log after it, and what came
                           after the first is left for the next time
  --personal               counts entries from before personal data had keys: they hold it in clear, and cannot be erased
  --json                   the result as JSON
  --progress               progress in lines, also where standard error is no terminal
  --quiet                  no progress

Ends with 0 when everything holds, 1 when something is wrong, 2 when it cannot be read.
`

class UsageError extends Error {}

const readArguments = () => {
  const text = { type: 'string' } as const
  const texts = { type: 'string', multiple: true } as const
  const options = {
    'key': texts,
    'policy': text,
    'seen': texts,
    'earlier': text,
    'recordings': text,
    'unlocks': text,
    'unlocks-since': text,
    'unlocks-until': text,
    'personal': { type: 'boolean' },
    'json': { type: 'boolean' },
    'progress': { type: 'boolean' },
    'quiet': { type: 'boolean' },
    'help': { type: 'boolean' },
  } as const
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : '', { cause })
  }
}

const readPolicy = async (path: string): Promise<Policy> => {
  if ((await stat(path)).size > MAX_POLICY) throw new Unreadable(`${path} is longer than a policy.`)
  return parsePolicy(await readFile(path, 'utf8'))
}

const number = (value: number): string => value.toLocaleString('en-US')
const count = (value: number, one: string, more: string): string => `${number(value)} ${value === 1 ? one : more}`

/** `otherwise`: when nothing was said. */
const timeOf = (text: string | undefined, otherwise: number): number => {
  const time = text === undefined ? otherwise : Date.parse(text)
  if (Number.isNaN(time)) throw new UsageError(`${text} is not a time.`)
  return time
}

const report = (verified: Verified, ownKeys: boolean): string[] => {
  const { origin, size, cosigned, streams, batches, recordings, unlocks, clear } = verified
  return [
    `${origin}: ${count(size, 'entry', 'entries')}`,
    ...cosigned.map((text) => `  cosigned by ${text}`),
    `  ${count(batches, 'batch', 'batches')} of activity in ${count(streams, 'stream', 'streams')}`,
    ...(recordings === null
      ? []
      : [
          `  ${number(recordings.matching)} recordings match, ${number(recordings.sealed)} files of them encrypted, ${number(recordings.removedByPolicy)} were removed by policy`,
          `  ${number(recordings.withApi)} batches are with the API alone`,
        ]),
    ...(unlocks === null
      ? []
      : [
          `  ${number(unlocks.matching)} unlocks are in the unlock log as well, which has ${number(unlocks.elsewhere)} of others`,
        ]),
    ...(clear === null
      ? []
      : clear.last === null
        ? ['  no entry holds personal data in clear']
        : [`  ${number(clear.count)} entries hold personal data in clear, the last of them is ${clear.last}`]),
    ...(ownKeys ? ['  Only the keys in the export itself were used: give --key or --policy to know whose log this is.'] : []),
  ]
}

const run = async (): Promise<number> => {
  const { values, positionals } = readArguments()
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) throw new UsageError('Name one export.')
  const source = await openSource(path)
  const policy = values.policy === undefined ? null : await readPolicy(values.policy)
  const given = [...(policy?.logs ?? []), ...(values.key ?? []).map(parseNoteKey)]
  const ownKeys = given.length === 0
  const findings = new Findings()
  const { show, end } = showProgress({ isTerminal: process.stderr.isTTY, write: (text) => process.stderr.write(text) })
  const isShown = (process.stderr.isTTY || values.progress === true) && !values.quiet
  const verified = await verifyLog({
    source,
    trust: { logKeys: ownKeys ? source.keys.map(parseNoteKey) : given, policy },
    seen: await Promise.all((values.seen ?? []).map(async (name) => ({ name, note: await readFile(name, 'utf8') }))),
    earlier: values.earlier === undefined ? null : await openSource(values.earlier),
    recordings: values.recordings ?? null,
    unlocks:
      values.unlocks === undefined
        ? null
        : {
            path: values.unlocks,
            since: timeOf(values['unlocks-since'], -Infinity),
            until: timeOf(values['unlocks-until'], Infinity),
          },
    countClear: values.personal ?? false,
    findings,
    progress: isShown ? show : () => undefined,
  })
  if (isShown) end()
  const isGood = findings.count === 0 && verified !== null
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ verified: isGood, ownKeys, ...verified, count: findings.count, findings: findings.kept })}\n`,
    )
  } else {
    const lines = verified === null ? [] : report(verified, ownKeys)
    const wrong = findings.kept.map(({ message }) => `WRONG  ${message}`)
    const rest = findings.count > findings.kept.length ? [`and ${number(findings.count - findings.kept.length)} more`] : []
    process.stdout.write(
      [...lines, ...wrong, ...rest, isGood ? 'Everything holds.' : `${number(findings.count)} things are wrong.`, ''].join('\n'),
    )
  }
  return isGood ? 0 : 1
}

try {
  process.exitCode = await run()
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  const isExpected = error instanceof Unreadable || error instanceof AuditLogError || 'code' in Object(error)
  process.stderr.write(
    error instanceof UsageError ? `${message}\n\n${usage}` : `${isExpected ? message : String((error as Error).stack)}\n`,
  )
  process.exitCode = 2
}
