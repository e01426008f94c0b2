/** Writes a log to a file, part by part as the API makes them. */
import { open, rm } from 'node:fs/promises'
import { SallyportError } from '@sallyport/protocol'
import type { ExportFormat, ResponseOf, RouteOf } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { Outcome } from '../command.ts'
import type { Context } from '../context.ts'
import { option } from '../parameters/parameter.ts'
import { choice } from '../parameters/readers.ts'
import { absolutePath } from '../parameters/files.ts'
import { write } from '../terminal/output.ts'
import { message } from '../views/answer.ts'

/** As it is typed, and as the API calls it. */
const formats = { csv: 'csv', jsonl: 'json-lines' } as const satisfies Readonly<Record<string, ExportFormat>>
const formatNames = ['csv', 'jsonl'] as const satisfies readonly (keyof typeof formats)[]

export const exportOptions = {
  format: option('format <format>', 'csv, or jsonl: a JSON object on each line (csv if not given)', choice(formatNames)),
  output: option('output <file>', 'a file that is new; standard output if not given', absolutePath),
}

type ExportRoute = 'exportActivity' | 'exportMyActivity' | 'exportAuditEntries'

interface Export<Name extends ExportRoute> {
  readonly route: Name
  readonly query: z.input<RouteOf<Name>['query']>
  readonly format: keyof typeof formats | undefined
  readonly output: string | undefined
}

/** To standard output without anything beside it; otherwise says how much went into the file. */
export const exportLog = async <Name extends ExportRoute>(context: Context, wanted: Export<Name>): Promise<Outcome> => {
  const { output } = wanted
  if (output === undefined) {
    await transfer(context, wanted, (text) => write(process.stdout, text))
    return undefined
  }
  const rows = await context.progress('Exporting', transferTo(context, wanted, output))
  return message({ file: output, rows }, `${rows} ${rows === 1 ? 'row' : 'rows'} in ${output}.`)
}

/** A file that is not complete is removed. Throws `conflict` when there is one of this name. */
const transferTo = async <Name extends ExportRoute>(context: Context, wanted: Export<Name>, path: string): Promise<number> => {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    const { code, message: why } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST') throw new SallyportError('conflict', { message: `There is a file “${path}” already.`, cause })
    throw new SallyportError('invalid_request', { message: `“${path}” cannot be written: ${why}`, cause })
  })
  try {
    return await transfer(context, wanted, async (text) => void (await file.write(text)))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

/** How many rows. */
const transfer = async <Name extends ExportRoute>(
  context: Context,
  { route, query, format = context.options.json ? 'jsonl' : 'csv' }: Export<Name>,
  put: (text: string) => Promise<void>,
): Promise<number> => {
  // The routes differ in their filters; cursor, format and the form of a part are the same.
  const ask = context.api as unknown as (name: Name, input: object) => Promise<ResponseOf<RouteOf<ExportRoute>>>
  let rows = 0
  let cursor: string | null = null
  do {
    const input = { query: { ...query, ...(cursor === null ? {} : { cursor }) }, body: { format: formats[format] } }
    const part: ResponseOf<RouteOf<ExportRoute>> = await ask(route, input)
    await put(part.text)
    rows += part.rows
    cursor = part.next
  } while (cursor !== null)
  return rows
}
