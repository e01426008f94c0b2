/** What the app itself does for its page. The agent's methods are passed on elsewhere. */
import { appendFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { SallyportError } from '@sallyport/protocol'
import { cannotHere, type HostHandlers } from '../host/answer-app.ts'
import type { LogExportHandlers } from '../host/log-export-handlers.ts'
import type { ToolHandlers } from '../host/tool-handlers.ts'
import { clientVersion } from '../agent/program/version.ts'
import type { HostFacts } from '../shared/app-api.ts'
import { ChosenFiles } from './chosen-files.ts'
import type { AppSettings } from './settings/app-settings.ts'
import type { Shell } from './shell/shell.ts'

export interface HostServices {
  readonly tools: ToolHandlers
  readonly logExport: LogExportHandlers
  readonly shell: Shell
  readonly settings: AppSettings
  readonly platform: HostFacts['platform']
  readonly startAgent: () => Promise<void>
  readonly quit: (endConnections: boolean) => Promise<void>
  /** Ends the app, and starts the newer version. */
  readonly installUpdate: () => Promise<void>
  /** The address of a page in the browser that the agent began; null: it began none of this id. */
  readonly attemptAddress: (id: string) => string | null
}

export const hostHandlers = (services: HostServices): HostHandlers => {
  const { shell, settings, platform } = services
  const files = new ChosenFiles()
  const windowSettings = async () => ({
    startAtLogin: await shell.startsAtLogin(),
    whenClosed: settings.current.whenClosed,
  })
  return {
    host: async () => ({
      kind: 'electron',
      platform,
      version: clientVersion,
      ...shell.facts,
      deviceName: hostname().slice(0, 120),
    }),
    ...services.tools,
    ...services.logExport,
    copy: async ({ text }) => {
      await shell.copy(text)
      return {}
    },
    saveFile: async ({ suggestedName, content, file }) => {
      const begun = file === undefined ? undefined : files.get(file)
      if (file !== undefined && begun === undefined) throw new SallyportError('not_found')
      const path = begun ?? (await shell.choosePath(suggestedName))
      if (path === null) return { saved: false, file: null }
      if (begun !== undefined) {
        await appendFile(path, content)
        return { saved: true, file: file ?? null }
      }
      await writeFile(path, content, { mode: 0o600 })
      return { saved: true, file: files.add(path) }
    },
    openBrowser: async (place) => {
      const address = place.place === 'attempt' ? services.attemptAddress(place.id) : null
      if (address === null) throw cannotHere('This page')
      await shell.openExternal(address)
      return {}
    },
    windowSettings,
    changeWindowSettings: async ({ startAtLogin, whenClosed }) => {
      if (startAtLogin !== undefined) await shell.setStartAtLogin(startAtLogin)
      if (whenClosed !== undefined) await settings.change({ whenClosed })
      return windowSettings()
    },
    startAgent: async () => {
      await services.startAgent()
      return {}
    },
    installUpdate: async () => {
      await services.installUpdate()
      return {}
    },
    quit: async ({ endConnections }) => {
      await services.quit(endConnections)
      return {}
    },
  }
}
