/** Writes records into a file, part by part, as the API hands them out. */
import { useRef, useState } from 'react'
import { useBridge } from '../bridge/bridge.ts'
import { callRoute, type RouteInput } from './use-route.ts'
import { usePresence } from './presence.tsx'
import { useMethod } from './use-method.ts'

export type ExportRoute = 'exportActivity' | 'exportMyActivity' | 'exportAuditEntries' | 'exportPersonalData'
export type ExportFormat = 'csv' | 'json-lines'

interface ExportWish {
  readonly route: ExportRoute
  /** Of the route; where the file goes on is added to its query. */
  readonly input: { readonly query?: Readonly<Record<string, unknown>>; readonly [part: string]: unknown }
  readonly format: ExportFormat
  /** Without its ending. */
  readonly fileName: string
}

/** `activity-2026-11-22T1405.csv` */
export const exportFileName = (name: string, format: ExportFormat, now: number): string =>
  `${name}-${new Date(now).toISOString().slice(0, 16).replace(':', '')}.${format === 'csv' ? 'csv' : 'jsonl'}`

interface Exporting {
  /** Rows written so far; null: none is under way. */
  readonly written: number | null
  readonly error: unknown
  /** Rows that were written, or null when the person thought better of it. */
  readonly start: (wish: ExportWish) => Promise<number | null>
  readonly stop: () => void
}

export const useExport = (): Exporting => {
  const bridge = useBridge()
  const presence = usePresence()
  const saves = useMethod('host', {}).data?.capabilities.includes('save-file') ?? false
  const [written, setWritten] = useState<number | null>(null)
  const [error, setError] = useState<unknown>(null)
  const stopped = useRef(false)

  /** Where parts go: a file of the host's, or one that the browser is handed at the end. */
  const openFile = (suggestedName: string) => {
    const parts: string[] = []
    let file: string | null = null
    return {
      /** False: the person did not choose a file. */
      add: async (content: string): Promise<boolean> => {
        if (!saves) {
          parts.push(content)
          return true
        }
        const answer = await bridge.call('saveFile', { suggestedName, content, ...(file === null ? {} : { file }) })
        file = answer.file
        return answer.saved
      },
      finish: (): void => {
        if (!saves) download(suggestedName, parts)
      },
    }
  }

  const start = async ({ route, input: wanted, format, fileName }: ExportWish): Promise<number | null> => {
    stopped.current = false
    setError(null)
    setWritten(0)
    try {
      const file = openFile(exportFileName(fileName, format, Date.now()))
      let rows = 0
      let cursor: string | null = null
      do {
        const query = { ...wanted.query, ...(cursor === null ? {} : { cursor }) }
        const input = { ...wanted, query } as unknown as RouteInput<ExportRoute>
        const part: { text: string; rows: number; next: string | null } = await presence.confirming({ route, input }, (proof) =>
          callRoute(bridge, { route, input, ...(proof === null ? {} : { presence: proof }) }),
        )
        if (stopped.current || !(await file.add(part.text))) return null
        rows += part.rows
        setWritten(rows)
        cursor = part.next
      } while (cursor !== null)
      file.finish()
      return rows
    } catch (failure) {
      setError(failure)
      return null
    } finally {
      setWritten(null)
    }
  }
  return { written, error, start, stop: () => (stopped.current = true) }
}

const download = (name: string, parts: readonly string[]): void => {
  const address = URL.createObjectURL(new Blob([...parts], { type: 'text/plain;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}
