/**
 * Updates: off until a release was built with a channel. macOS and Windows check the publisher's signature of what arrives;
 * electron-updater checks none on Linux, so that there packages are updated by the system that installed them.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
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

/** Looks at once and every six hours, downloads silently, installs when the app quits. */
export const startUpdates = async (options: UpdateOptions): Promise<void> => {
  if (!updatesConfigured(options)) return
  const { autoUpdater } = await import('electron-updater')
  const look = (): void => {
    autoUpdater
      .checkForUpdates()
      .catch((error: unknown) => options.logger.warn({ event: 'update.failed', error }, 'no update could be looked for'))
  }
  autoUpdater.logger = null
  autoUpdater.autoDownload = true
  autoUpdater.autoInstallOnAppQuit = true
  autoUpdater.allowDowngrade = false
  autoUpdater.on('error', () => {})
  autoUpdater.on('update-downloaded', ({ version }) => options.onReady(version))
  setInterval(look, LOOK_EVERY).unref()
  look()
}
