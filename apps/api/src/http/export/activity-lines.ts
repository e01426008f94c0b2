/** Activity as lines of a file. */
import { assertNever } from '@sallyport/protocol'
import type { ExportFormat } from '@sallyport/protocol/api'
import { activity, type BindValue, type StoredActivity as Activity } from '@sallyport/recording'
import type { ActivityRow } from '../../domains/activity/index.ts'
import { csvRecord } from './csv.ts'
import type { Names } from './names.ts'

const columns = [
  'at',
  'user',
  'user_email',
  'resource',
  'resource_name',
  'credential',
  'credential_name',
  'kind',
  'outcome',
  'statement',
  'values',
  'rows',
  'duration_ms',
  'bytes_up',
  'bytes_down',
  'error_code',
  'detail',
  'id',
  'connection',
  'session',
  'device',
  'gateway',
  'lease',
] as const

const valueOf = (bind: BindValue): string | null => {
  switch (bind.form) {
    case 'null':
      return null
    case 'redacted':
      return '[redacted]'
    case 'hashed':
      return `hash:${bind.hash}`
    case 'dropped':
      return '[dropped]'
    case 'text':
    case 'binary':
      return bind.value.text
    default:
      return assertNever(bind)
  }
}

interface Done {
  readonly statement?: string
  readonly values?: string
  readonly rows?: number | null
  readonly durationMs?: number
  readonly bytesUp?: number
  readonly bytesDown?: number
  readonly errorCode?: string | null
  readonly detail?: string | null
}

const doneOf = (done: Activity): Done => {
  switch (done.kind) {
    case 'query': {
      const values = done.binds.length === 0 ? '' : JSON.stringify(done.binds.map(valueOf))
      const { durationMs, rows, error, statement } = done
      return {
        statement: statement.text,
        values,
        rows,
        durationMs,
        errorCode: error?.code ?? null,
        detail: error?.message ?? null,
      }
    }
    case 'transfer': {
      const { durationMs, rows, error, statement, bytes, direction } = done
      const moved = direction === 'out' ? { bytesDown: bytes } : { bytesUp: bytes }
      return {
        statement: statement.text,
        rows,
        durationMs,
        ...moved,
        errorCode: error?.code ?? null,
        detail: error?.message ?? null,
      }
    }
    case 'connection.opened':
      return { detail: [done.caller?.program, done.database, done.application].filter(Boolean).join(' · ') }
    case 'connection.closed':
      return { durationMs: done.durationMs, bytesUp: done.bytesUp, bytesDown: done.bytesDown, detail: done.reason }
    case 'sealed':
      return { detail: `encrypted to recipients: ${done.recording}` }
    case 'cancel':
      return { detail: done.matched ? 'stopped a statement' : 'named no connection' }
    default:
      return assertNever(done)
  }
}

const csvOf = (row: ActivityRow, names: Names): string => {
  const parsed = activity.safeParse(row.activity)
  const done = parsed.success ? doneOf(parsed.data) : {}
  return csvRecord([
    row.at,
    row.user,
    names.users.get(row.user) ?? null,
    row.resource,
    names.resources.get(row.resource) ?? null,
    row.credential,
    names.credentials.get(row.credential) ?? null,
    row.kind,
    row.failed === null ? null : row.failed ? 'failed' : 'succeeded',
    done.statement ?? null,
    done.values ?? null,
    done.rows ?? null,
    done.durationMs ?? null,
    done.bytesUp ?? null,
    done.bytesDown ?? null,
    done.errorCode ?? null,
    done.detail ?? null,
    row.id,
    row.connection,
    row.session,
    row.device,
    row.gateway,
    row.lease,
  ])
}

/** One text for each row; the first begins with the names of the columns where there is a header. */
export const activityLines = (
  rows: readonly ActivityRow[],
  options: { readonly format: ExportFormat; readonly names: Names; readonly header: boolean },
): string[] => {
  const { format, names, header } = options
  switch (format) {
    case 'json-lines':
      return rows.map(({ shortened: _shortened, ...row }) => `${JSON.stringify(row)}\n`)
    case 'csv': {
      const lines = rows.map((row) => csvOf(row, names))
      if (!header) return lines
      return [`${csvRecord(columns)}${lines[0] ?? ''}`, ...lines.slice(1)]
    }
    default:
      return assertNever(format)
  }
}
