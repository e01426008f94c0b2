/** What somebody has in hands who has exported a log: a file, which the verifier reads. */
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { exportEntryLine, exportHeadLine, exportTileLine, tilesOf } from '@sallyport/audit-log'
import { fromBase64url } from '@sallyport/protocol'
import { runProgram } from '@sallyport/testkit'
import type { RawClient } from './raw-client.ts'

export interface LogExport {
  readonly checkpoint: string
  readonly size: number
  /** Verifier key of the log. */
  readonly key: string
  readonly tiles: readonly string[]
  /** Each with its number. */
  readonly entries: readonly { readonly index: number; readonly text: string }[]
}

/** Everything that a head covers, as the API hands it out. */
export const exportLog = async (
  auditor: RawClient,
  head: { readonly size: number; readonly note: string },
): Promise<LogExport> => {
  const { keys } = await auditor.call('getLog')
  const tiles: string[] = []
  for (const { level, index, width } of tilesOf(head.size)) {
    const { hashes } = await auditor.call('getLogTile', { parameters: { level, tile: index }, query: { width } })
    tiles.push(exportTileLine({ level, index, width, hashes: fromBase64url(hashes) }))
  }
  const entries: { index: number; text: string }[] = []
  while (entries.length < head.size) {
    const page = await auditor.call('readLogEntries', {
      query: { start: entries.length, limit: Math.min(256, head.size - entries.length) },
    })
    if (page.entries.length === 0) break
    for (const text of page.entries) entries.push({ index: entries.length, text })
  }
  return { checkpoint: head.note, size: head.size, key: keys[0]!, tiles, entries }
}

export const writeLogExport = async (path: string, { checkpoint, tiles, entries }: LogExport): Promise<void> => {
  const lines = entries.map(({ index, text }) => exportEntryLine(index, text))
  await writeFile(path, [exportHeadLine({ checkpoint, keys: [], complete: true }), ...tiles, ...lines].join(''))
}

export interface Verdict {
  readonly exitCode: number | null
  /** `entry-changed 17`, in the order in which they were found. */
  readonly wrong: readonly string[]
}

const program = fileURLToPath(new URL('../../apps/verify/src/main.ts', import.meta.url))

interface Report {
  readonly findings: readonly { readonly code: string; readonly entry: number | null }[]
  readonly recordings?: { readonly sealed: number; readonly removedByPolicy: number } | null
}

/** Runs `sallyport-verify`. */
const runVerifier = async (path: string, options: readonly string[]) => {
  const { code, stdout, stderr } = await runProgram({
    name: 'sallyport-verify',
    command: process.execPath,
    args: [program, path, '--json', ...options],
    timeoutMs: 120_000,
  })
  if (stdout === '') throw new Error(`the verifier said: ${stderr}`)
  const { findings, recordings } = JSON.parse(stdout) as Report
  const wrong = findings.map(({ code: what, entry }) => (entry === null ? what : `${what} ${entry}`))
  return { verdict: { exitCode: code, wrong }, recordings }
}

export const verifyExport = async (path: string, ...options: string[]): Promise<Verdict> =>
  (await runVerifier(path, options)).verdict

/** What it counts of a gateway's recordings. `folder`: in its state. */
export const verifyRecordings = async (path: string, folder: string): Promise<Verdict & Report['recordings']> => {
  const { verdict, recordings } = await runVerifier(path, ['--recordings', folder])
  return { ...verdict, ...recordings! }
}
