/** Writes a log to a file, part by part as the API makes them. */
import type { ExportFormat, RouteOf } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { Outcome } from '../command.ts'
import type { Context } from '../context.ts'
import { option } from '../parameters/parameter.ts'
import { choice } from '../parameters/readers.ts'
import { absolutePath } from '../parameters/files.ts'
import { write } from '../terminal/output.ts'
import { message } from '../views/answer.ts'
import { type AskForPart, readParts, writeParts } from './write-parts.ts'

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
  const ask = partOf(context, wanted)
  if (output === undefined) {
    await readParts(ask, (text) => write(process.stdout, text))
    return undefined
  }
  const rows = await context.progress('Exporting', writeParts(output, ask))
  return message({ file: output, rows }, `${rows} ${rows === 1 ? 'row' : 'rows'} in ${output}.`)
}

const partOf =
  <Name extends ExportRoute>(
    context: Context,
    { route, query, format = context.options.json ? 'jsonl' : 'csv' }: Omit<Export<Name>, 'output'>,
  ): AskForPart =>
  (cursor) => {
    // The routes differ in their filters; cursor, format and the form of a part are the same.
    const ask = context.api as unknown as (name: Name, input: object) => ReturnType<AskForPart>
    const from = cursor === null ? {} : { cursor }
    return ask(route, { query: { ...query, ...from }, body: { format: formats[format] } })
  }
