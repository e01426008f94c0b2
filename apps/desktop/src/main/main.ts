/**
 * The app: a window, a menu and a tray on the agent, which is a program of its own. This file puts the parts together; what they
 * decide lies in theirs.
 */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, ipcMain, nativeTheme, powerMonitor, protocol, session } from 'electron'
import { createLogger } from '../agent/program/logger.ts'
import { clientVersion } from '../agent/program/version.ts'
import { answerApp } from '../host/answer-app.ts'
import { readAssets } from '../host/assets.ts'
import { BrowserPages } from '../host/browser-pages.ts'
import { logExportHandlers } from '../host/log-export-handlers.ts'
import { toolHandlers } from '../host/tool-handlers.ts'
import { makeProfileFolder, profilePaths, resolveProfile } from '../local/profile.ts'
import { agentThrough } from '../open-in/agent-access.ts'
import { OpenIn } from '../open-in/open-in.ts'
import { thisSystem } from '../open-in/system/this-system.ts'
import type { HostFacts } from '../shared/app-api.ts'
import type { LocalMethodName } from '../shared/local-api.ts'
import { AgentLink } from './agent/agent-link.ts'
import { agentCommand } from './agent/agent-program.ts'
import { DesktopApp } from './desktop-app.ts'
import { hostHandlers } from './host-methods.ts'
import { REQUEST_CHANNEL } from './ipc/channels.ts'
import { servePage } from './ipc/serve-page.ts'
import { type DeepLink, deepLinkAmong, LINK_SCHEME, parseDeepLink } from './links/deep-link.ts'
import { registerAppImage } from './links/link-registration.ts'
import { hasTrayHost } from './linux/tray-host.ts'
import { refusedSwitch } from './program/refused-switches.ts'
import { AppSettings } from './settings/app-settings.ts'
import { ElectronShell } from './shell/electron-shell.ts'
import { autostartItem, HIDDEN_SWITCH, type LoginItem, systemLoginItem } from './shell/login-item.ts'
import { texts } from './texts.ts'
import { Updates, updatesConfigured } from './updates/updates.ts'
import { registerAppScheme, serveAppScheme } from './window/app-scheme.ts'
import { guardApp } from './window/guards.ts'
import { MainWindow } from './window/main-window.ts'
import { titleBarColors } from './window/window-frame.ts'

/** Built beside this file. */
const built = (...parts: string[]): string => join(import.meta.dirname, '..', ...parts)
/** Of the program as its maker names it to the system: bundle, AppUserModelID, desktop file. */
const APP_ID = 'app.sallyport.desktop'

const platform = process.platform as HostFacts['platform']
const profile = resolveProfile(undefined)
const appImage = process.env['APPIMAGE']

const loginItem = (): LoginItem | null => {
  if (platform !== 'linux') return systemLoginItem(app)
  const configuration = process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')
  return autostartItem(join(configuration, 'autostart', 'sallyport.desktop'), [appImage ?? process.execPath])
}

const registerLinks = async (): Promise<void> => {
  if (appImage === undefined) {
    if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
    return
  }
  const data = process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share')
  await registerAppImage(join(data, 'applications', 'sallyport-url.desktop'), appImage)
}

/** Links that came before the app could take them; of several the last is meant. */
let early: DeepLink | null = null
let take = (link: DeepLink | null): void => {
  early = link
}

const run = async (): Promise<void> => {
  await makeProfileFolder(profile)
  const settings = await AppSettings.open(profile)
  if (settings.current.softwareRendering) app.disableHardwareAcceleration()
  const logger = createLogger(join(profile, 'app.log'), { foreground: false })
  logger.info({ event: 'starting', version: clientVersion, pid: process.pid }, 'the app starts')
  await app.whenReady()

  const ownSession = session.fromPartition('sallyport', { cache: false })
  guardApp(app, ownSession)
  serveAppScheme(ownSession.protocol, await readAssets(built('renderer')))

  const place = { packaged: app.isPackaged, platform, resources: process.resourcesPath }
  const shell = new ElectronShell({
    platform,
    icons: app.isPackaged ? join(process.resourcesPath, 'icons') : built('..', 'icons'),
    loginItem: loginItem(),
    updates: updatesConfigured(place),
    window: () => window.native,
  })
  const watchers = new Set<() => void>()
  const agent: AgentLink = new AgentLink({
    profile,
    command: agentCommand(place),
    environment: process.env,
    logger,
    onEvent: (event) => {
      desktop.agentChanged(event)
      for (const changed of watchers) changed()
    },
    onFinding: (event) => desktop.show(event),
    onPresence: (present) => desktop.agentPresence(present),
  })
  const window: MainWindow = new MainWindow({
    session: ownSession,
    preload: built('preload', 'preload.cjs'),
    platform,
    state: () => settings.current.window,
    onState: (state) => {
      settings.change({ window: state }).catch((error: unknown) => logger.warn({ event: 'settings.failed', error }, 'not kept'))
    },
    onClose: () => desktop.closing(),
    onCrashed: (reason) => desktop.crashed(reason),
    onHanging: () => desktop.hanging(),
  })
  const desktop: DesktopApp = new DesktopApp({
    shell,
    window,
    agent,
    settings,
    platform,
    released: app.isPackaged,
    trayIsSeen: platform !== 'linux' || (await hasTrayHost()),
    logger,
  })

  const pages = new BrowserPages()
  const ask = (method: LocalMethodName, params: unknown): Promise<unknown> => agent.call(method, params)
  const watch = (onChange: () => void): (() => void) => {
    watchers.add(onChange)
    return () => watchers.delete(onChange)
  }
  const openIn = new OpenIn({ system: thisSystem(), agent: agentThrough(ask, watch), paths: profilePaths(profile) })
  const updates = new Updates({
    ...place,
    logger,
    onReady: (version) => window.tell({ event: 'update', version, readyAt: new Date().toISOString() }),
  })
  const answer = answerApp({
    askAgent: pages.listen(ask),
    handlers: hostHandlers({
      tools: toolHandlers({ openIn, tell: (event) => desktop.show(event), logger, askForProgram: () => shell.chooseProgram() }),
      logExport: logExportHandlers({
        ask,
        choosePath: (suggestedName) => shell.choosePath(suggestedName),
        showFolder: (path) => shell.showFolder(path),
      }),
      shell,
      settings,
      platform,
      startAgent: () => agent.start(),
      quit: (endConnections) => desktop.quit(endConnections),
      installUpdate: async () => desktop.restart(() => updates.install()),
      attemptAddress: (id) => pages.address(id),
    }),
    isLocked: () => desktop.isLocked(),
    onDefect: (method, error) => logger.error({ event: 'request.failed', method, error }, 'a request of the page failed'),
  })
  const serve = servePage({ answer, onForged: (why) => logger.warn({ event: 'request.refused', why }, 'a message was refused') })
  ipcMain.handle(REQUEST_CHANNEL, (event, message: unknown) =>
    serve({ frame: event.senderFrame?.url ?? null, ours: window.owns(event.sender, event.senderFrame) }, message),
  )

  app.on('activate', () => desktop.open())
  app.on('window-all-closed', () => {})
  app.on('before-quit', (event) => {
    if (!desktop.mayQuit()) event.preventDefault()
  })
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (type !== 'GPU' || reason === 'clean-exit') return
    settings.change({ softwareRendering: true }).catch(() => {})
  })
  powerMonitor.on('shutdown', () => desktop.sessionEnds())
  powerMonitor.on('lock-screen', () => desktop.screenLocked())
  powerMonitor.on('suspend', () => desktop.screenLocked())
  powerMonitor.on('resume', () => desktop.woke())
  nativeTheme.on('updated', () => {
    if (platform === 'win32') window.native?.setTitleBarOverlay(titleBarColors(nativeTheme.shouldUseDarkColors))
  })

  take = (link) => desktop.openLink(link)
  const link = early ?? deepLinkAmong(process.argv.slice(1))
  if (link !== null) desktop.openLink(link)
  else if (!app.commandLine.hasSwitch(HIDDEN_SWITCH)) desktop.open()
  await desktop.start()
  registerLinks().catch((error: unknown) => logger.warn({ event: 'links.failed', error }, 'links are not registered'))
  await updates.start()
}

const failed = (error: unknown): void => {
  dialog.showErrorBox(texts.name, error instanceof Error ? error.message : String(error))
  app.exit(1)
}

const refused = app.isPackaged ? refusedSwitch((name) => app.commandLine.hasSwitch(name)) : null
app.setName(texts.name)
// What Chromium keeps lies in the profile, and with it the lock: one app for each profile.
app.setPath('userData', join(profile, 'app'))
if (refused !== null) {
  failed(new Error(texts.refusedSwitch(refused)))
} else if (!app.requestSingleInstanceLock()) {
  app.exit(0)
} else {
  app.enableSandbox()
  if (platform === 'win32') app.setAppUserModelId(APP_ID)
  if (platform === 'linux') app.setDesktopName(`${APP_ID}.desktop`)
  registerAppScheme(protocol)
  app.on('second-instance', (_event, words) => take(deepLinkAmong(words)))
  app.on('open-url', (event, address) => {
    event.preventDefault()
    const link = parseDeepLink(address)
    if (link !== null) take(link)
  })
  run().catch(failed)
}
