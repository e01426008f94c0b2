/** The export of the audit log that a page began: it goes on in the agent, whatever becomes of the page, and while the API is away. */
import { homedir } from 'node:os'
import { isAbsolute, join, normalize } from 'node:path'
import { Backoff } from '@sallyport/program'
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { type ExportFolder, openFolder } from '../log-export/export-folder.ts'
import type { Written } from '../log-export/log-to-write.ts'
import { headOf, type LogHead, type LogSource } from '../log-export/read-log.ts'
import { writeFolder } from '../log-export/write-folder.ts'
import type { LogExport } from '../shared/log-export.ts'
import type { RunningSession } from './session/running-session.ts'
import type { SessionKeeper } from './session/session-keeper.ts'

/** Milliseconds in which progress is told once. */
const TOGETHER = 250
const WAITS = { firstMs: 500, longestMs: 15_000 }

export interface LogExporterOptions {
  readonly keeper: Pick<SessionKeeper, 'require'>
  readonly logger: Logger
  /** It has come further. */
  readonly onChange: () => void
}

/** Another computer's folder would be asked for with this one's credentials: Windows signs in to whatever a path names. */
const isElsewhere = (path: string): boolean => process.platform === 'win32' && /^[\\/]{2}/.test(path)

/** What a person typed. Throws `invalid_request` for what is no place of this computer. */
export const folderAt = (typed: string): string => {
  const path = /^~[\\/]/.test(typed) ? join(homedir(), typed.slice(2)) : typed
  if (!isAbsolute(path) || isElsewhere(path) || path.includes('\0')) {
    throw new SallyportError('invalid_request', {
      message: 'Write the whole path of a folder on this computer, or begin with ~/ for one of yours.',
    })
  }
  return normalize(path)
}

export class LogExporter {
  readonly #options: LogExporterOptions
  #current: LogExport | null = null
  #cancel = new AbortController()
  /** Of the export, and of taking away what a cancelled one has written. */
  #work: Promise<void> = Promise.resolve()
  #beginning = false
  #telling = false

  constructor(options: LogExporterOptions) {
    this.#options = options
  }

  get current(): LogExport | null {
    return this.#current
  }

  /** That it was begun is an entry of the log. Throws `conflict` while one is under way, and why it cannot begin. */
  async begin(typed: string): Promise<LogExport> {
    const state = this.#current?.state
    if (this.#beginning || state === 'running' || state === 'waiting')
      throw new SallyportError('conflict', { message: 'Another export of the log is under way.' })
    const session = this.#options.keeper.require()
    this.#beginning = true
    try {
      const folder = await openFolder(folderAt(typed))
      const head = await session
        .call('beginLogExport')
        .then(headOf)
        .catch(async (error: unknown) => {
          await folder.discard()
          throw error
        })
      const { size, key } = head
      const begun: LogExport = { folder: folder.path, state: 'running', size, entries: 0, bytes: 0, key, error: null }
      this.#show(begun)
      this.#cancel = new AbortController()
      this.#work = this.#write(session, head, folder)
      return begun
    } finally {
      this.#beginning = false
    }
  }

  /** Resolves when nothing of it is left. */
  async cancel(): Promise<void> {
    this.#cancel.abort()
    await this.#work
  }

  async #write(session: RunningSession, head: LogHead, folder: ExportFolder): Promise<void> {
    const [cancelled, over] = [this.#cancel.signal, session.signal]
    const onWritten = (written: Written): void => this.#change({ ...written, state: 'running', error: null })
    try {
      const source = this.#patientSource(session, AbortSignal.any([cancelled, over]))
      await writeFolder(folder, { source, head, onWritten })
      this.#change({ state: 'done', error: null })
    } catch (error) {
      if (cancelled.aborted) this.#change({ state: 'cancelled', error: null })
      else this.#change({ state: 'failed', error: plain(over.aborted ? endOf(over.reason) : this.#coded(error)) })
    }
  }

  #coded(error: unknown): SallyportError {
    if (error instanceof SallyportError && error.cause === undefined) return error
    this.#options.logger.warn({ event: 'log-export.failed', error }, 'an export of the log failed')
    return error instanceof SallyportError ? error : new SallyportError('internal', { cause: error })
  }

  /** Asks again while the API does not answer, until the session ends. */
  #patientSource(session: RunningSession, signal: AbortSignal): LogSource {
    const backoff = new Backoff(WAITS)
    const patiently = async <Result>(ask: () => Promise<Result>): Promise<Result> => {
      for (;;) {
        signal.throwIfAborted()
        try {
          const answer = await ask()
          backoff.reset()
          return answer
        } catch (error) {
          if (!passes(error)) throw error
          signal.throwIfAborted()
          this.#change({ state: 'waiting', error: plain(error) })
          await backoff.wait(signal)
        }
      }
    }
    return {
      getLogTile: (input) => patiently(() => session.call('getLogTile', input, { signal })),
      readLogEntries: (input) => patiently(() => session.call('readLogEntries', input, { signal })),
    }
  }

  #change(change: Partial<LogExport>): void {
    if (this.#current !== null) this.#show({ ...this.#current, ...change })
  }

  #show(next: LogExport): void {
    this.#current = next
    if (this.#telling) return
    this.#telling = true
    setTimeout(() => {
      this.#telling = false
      this.#options.onChange()
    }, TOGETHER)
  }
}

const passes = (error: unknown): error is SallyportError =>
  error instanceof SallyportError && (error.kind === 'unavailable' || error.code === 'rate_limited')

/** Signing out has no reason of its own. */
const endOf = (reason: unknown): SallyportError =>
  reason instanceof SallyportError ? reason : new SallyportError('session_unknown')

const plain = ({ code, message }: SallyportError): LogExport['error'] => ({ code, message: message.slice(0, 2000) })
