/** Where the log is exported to: the person says it, in the system's dialog where there is one. */
import { expect, test } from 'vitest'
import { type LogExportHandlers, logExportHandlers } from './log-export-handlers.ts'

const last = { folder: '/home/ada/audit', size: 1, entries: 1, bytes: 1, key: 'log+01020304+AQ', error: null }

const host = (choosePath: ((name: string) => Promise<string | null>) | null, state = 'done') => {
  const [written, shown]: [unknown[], string[]] = [[], []]
  const ask = async (method: string, params: unknown): Promise<unknown> => {
    if (method === 'logExport') return { export: { ...last, state } }
    written.push(params)
    return { ...last, state }
  }
  const handlers: LogExportHandlers = logExportHandlers({ ask, choosePath, showFolder: async (path) => void shown.push(path) })
  return { handlers, written, shown }
}

test('where the system has a dialog, a page names no folder', async () => {
  const { handlers, written } = host(async (name) => `/home/ada/${name}`)
  await expect(handlers.beginLogExport({ folder: '/etc/cron.d' })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(written).toEqual([])
  expect(await handlers.beginLogExport({ suggestedName: 'audit' })).toEqual({ begun: true })
  expect(written).toEqual([{ folder: '/home/ada/audit' }])
})

test('nothing begins when the person thinks better of it', async () => {
  const { handlers, written } = host(async () => null)
  expect(await handlers.beginLogExport({ suggestedName: 'audit' })).toEqual({ begun: false })
  expect(written).toEqual([])
})

test('without a dialog it is what was typed', async () => {
  const { handlers, written } = host(null)
  await expect(handlers.beginLogExport({ suggestedName: 'audit' })).rejects.toMatchObject({ code: 'invalid_request' })
  expect(await handlers.beginLogExport({ folder: '~/audit' })).toEqual({ begun: true })
  expect(written).toEqual([{ folder: '~/audit' }])
})

test('the folder that is shown is that of the export, and only of one that is done', async () => {
  const { handlers, shown } = host(null)
  await handlers.showLogExport({})
  expect(shown).toEqual(['/home/ada/audit'])
  await expect(host(null, 'running').handlers.showLogExport({})).rejects.toMatchObject({ code: 'not_found' })
})
