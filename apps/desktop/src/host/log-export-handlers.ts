/** Exports of the log for a renderer: the person says where to, and the agent writes. */
import { SallyportError } from '@sallyport/protocol'
import { localMethods, type LocalMethodName } from '../shared/local-api.ts'
import type { HostHandlers } from './answer-app.ts'

interface LogExportServices {
  readonly ask: (method: LocalMethodName, params: unknown) => Promise<unknown>
  /** Asks the person where to; it resolves to null when they thought better of it. null: they type it on the page. */
  readonly choosePath: ((suggestedName: string) => Promise<string | null>) | null
  /** Shows a folder where the person looks at files. */
  readonly showFolder: (path: string) => Promise<void>
}

export type LogExportHandlers = Pick<HostHandlers, 'beginLogExport' | 'showLogExport'>

export const logExportHandlers = ({ ask, choosePath, showFolder }: LogExportServices): LogExportHandlers => ({
  beginLogExport: async (wish) => {
    const typed = 'folder' in wish ? wish.folder : null
    // Where there is a dialog, no page says where to.
    if ((typed === null) !== (choosePath !== null)) throw new SallyportError('invalid_request')
    const folder = typed ?? (await choosePath?.('suggestedName' in wish ? wish.suggestedName : '')) ?? null
    if (folder === null) return { begun: false }
    await ask('writeLogExport', { folder })
    return { begun: true }
  },
  showLogExport: async () => {
    const { export: last } = localMethods.logExport.result.parse(await ask('logExport', {}))
    if (last?.state !== 'done') throw new SallyportError('not_found')
    await showFolder(last.folder)
    return {}
  },
})
