/** What the agent does for a page in a browser. It has no window, no clipboard and no place to save: the browser has those. */
import { hostname } from 'node:os'
import { clientVersion } from '../agent/program/version.ts'
import { cannotHere, type HostHandlers } from '../host/answer-app.ts'
import type { LogExportHandlers } from '../host/log-export-handlers.ts'
import type { ToolHandlers } from '../host/tool-handlers.ts'
import type { HostFacts } from '../shared/app-api.ts'

export interface LoopbackServices {
  readonly tools: ToolHandlers
  readonly logExport: LogExportHandlers
  readonly platform: HostFacts['platform']
  readonly openBrowser: (address: string) => Promise<void>
  /** The address of a page that the agent began; null: it began none of this id. */
  readonly attemptAddress: (id: string) => string | null
}

const refused = (what: string) => (): Promise<never> => Promise.reject(cannotHere(what))

export const loopbackHandlers = (services: LoopbackServices): HostHandlers => ({
  host: async () => ({
    kind: 'loopback',
    platform: services.platform,
    version: clientVersion,
    components: { node: process.versions.node },
    capabilities: ['open-in'],
    titleBar: { left: 0, right: 0 },
    deviceName: hostname().slice(0, 120),
  }),
  ...services.tools,
  ...services.logExport,
  openBrowser: async (place) => {
    const address = place.place === 'attempt' ? services.attemptAddress(place.id) : null
    if (address === null) throw cannotHere('This page')
    await services.openBrowser(address)
    return {}
  },
  copy: refused('Copying by the host'),
  saveFile: refused('Saving by the host'),
  windowSettings: async () => ({ startAtLogin: false, whenClosed: null }),
  changeWindowSettings: refused('Settings of the window'),
  // Whoever answers is the agent.
  startAgent: async () => ({}),
  installUpdate: refused('Updating'),
  quit: refused('Quitting'),
})
