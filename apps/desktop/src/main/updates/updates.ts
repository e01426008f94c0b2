/**
 * Updates: off until a release was built with a channel. macOS and Windows check the publisher's signature of what arrives;
 * electron-updater checks none on Linux, so that there packages are updated by the system that installed them.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'

/** Milliseconds between two looks. */
const LOOK_EVERY = 6 * 3_600_000

export interface UpdateOptions {
  readonly packaged: boolean
  readonly platform: NodeJS.Platform
  readonly resources: string
  readonly logger: Logger
  /** A newer version is on disk; it starts when the app starts next. */
  readonly onReady: (version: string) => void
}

/** Whether this release was built with a channel that this system can check. */
export const updatesConfigured = ({
  packaged,
  platform,
  resources,
}: Pick<UpdateOptions, 'packaged' | 'platform' | 'resources'>): boolean =>
  packaged && platform !== 'linux' && existsSync(join(resources, 'app-update.yml'))

export class Updates {
  readonly #options: UpdateOptions
  #install: (() => void) | null = null

  constructor(options: UpdateOptions) {
    this.#options = options
  }

  /** Looks at once and every six hours, downloads silently, installs when the app quits. */
  async start(): Promise<void> {
    const { logger, onReady } = this.#options
    if (!updatesConfigured(this.#options)) return
    const { autoUpdater } = await import('electron-updater')
    const look = (): void => {
      autoUpdater
        .checkForUpdates()
        .catch((error: unknown) => logger.warn({ event: 'update.failed', error }, 'no update could be looked for'))
    }
    autoUpdater.logger = null
    autoUpdater.autoDownload = true
    autoUpdater.autoInstallOnAppQuit = true
    autoUpdater.allowDowngrade = false
    autoUpdater.on('error', () => {})
    autoUpdater.on('update-downloaded', ({ version }) => {
      this.#install = () => autoUpdater.quitAndInstall()
      onReady(version)
    })
    setInterval(look, LOOK_EVERY).unref()
    look()
  }

  /** Ends the app, and starts what was downloaded. Throws `conflict` while nothing is ready. */
  install(): void {
    if (this.#install === null) throw new SallyportError('conflict', { message: 'No newer version is ready.' })
    this.#install()
  }
}
