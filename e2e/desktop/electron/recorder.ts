/**
 * Runs in the real Electron before the app: writes down what the app asks of the desktop, answers what only a person could, and
 * then lets the app begin. It is given to Electron without its types; it may import nothing but what Electron has.
 */
import { pathToFileURL } from 'node:url'
import { app, BrowserWindow, clipboard, dialog, ipcMain, Menu, Notification, shell, Tray } from 'electron'
import type { DesktopState, Order } from '../stand-in/control.ts'

interface Item {
  readonly label: string
  readonly enabled: boolean
  readonly submenu?: { readonly items: readonly Item[] } | null
  readonly click: () => void
}
interface Box {
  readonly message: string
  readonly detail?: string
  readonly buttons?: string[]
}

const state = {
  trayMenu: null as { readonly items: readonly Item[] } | null,
  trayTooltip: '',
  notifications: [] as { readonly notice: Notification; open: boolean }[],
  badge: 0,
  opened: [] as string[],
  question: null as { box: Box; answer: (response: number) => void } | null,
  savePath: '',
  refused: [] as string[],
  crossings: [] as string[],
  focused: 0,
}

Object.assign(shell, {
  openExternal: async (url: string) => void state.opened.push(url),
  showItemInFolder: (path: string) => void state.opened.push(path),
})
Object.assign(dialog, {
  showMessageBox: (...words: unknown[]) =>
    new Promise((resolve) => {
      state.question = { box: words.at(-1) as Box, answer: (response) => resolve({ response, checkboxChecked: false }) }
    }),
  showSaveDialog: async () => ({ canceled: state.savePath === '', filePath: state.savePath }),
})
Object.assign(app, {
  setBadgeCount: (count: number) => {
    state.badge = count
    return true
  },
})

const { setToolTip, setContextMenu } = Tray.prototype
Object.assign(Tray.prototype, {
  setToolTip(this: Tray, text: string) {
    state.trayTooltip = text
    setToolTip.call(this, text)
  },
  setContextMenu(this: Tray, menu: Menu | null) {
    state.trayMenu = menu as { readonly items: readonly Item[] } | null
    setContextMenu.call(this, menu)
  },
})
Object.assign(Notification.prototype, {
  show(this: Notification) {
    state.notifications.push({ notice: this, open: true })
  },
  close(this: Notification) {
    for (const shown of state.notifications) if (shown.notice === this) shown.open = false
    this.emit('close')
  },
})
const { focus } = BrowserWindow.prototype
Object.assign(BrowserWindow.prototype, {
  focus(this: BrowserWindow) {
    state.focused += 1
    focus.call(this)
  },
})
const handle = ipcMain.handle.bind(ipcMain)
Object.assign(ipcMain, {
  handle: (channel: string, handler: Parameters<typeof handle>[1]) =>
    handle(channel, async (event, ...words: unknown[]) => {
      state.crossings.push(JSON.stringify({ channel, words }))
      const result: unknown = await handler(event, ...words)
      state.crossings.push(JSON.stringify({ channel, result }))
      return result
    }),
})
app.on('web-contents-created', (_event, contents) => {
  const send = contents.send.bind(contents)
  Object.assign(contents, {
    send: (channel: string, ...words: unknown[]) => {
      state.crossings.push(JSON.stringify({ channel, words }))
      send(channel, ...words)
    },
  })
})
app.on('session-created', (created) => created.webRequest.onErrorOccurred(({ url }) => void state.refused.push(url)))

const flat = (items: readonly Item[]): readonly Item[] => items.flatMap((item) => [item, ...flat(item.submenu?.items ?? [])])
const menuItems = (menu: { readonly items: readonly Item[] } | null): readonly Item[] => flat(menu?.items ?? [])
const shown = (menu: { readonly items: readonly Item[] } | null) =>
  menuItems(menu).map(({ label, enabled }) => ({ label, enabled }))
const applicationMenu = () => Menu.getApplicationMenu() as { readonly items: readonly Item[] } | null

/** As the window was really made; Electron has this without a word in its types. */
const preferencesOf = ({ webContents }: BrowserWindow): Record<string, unknown> =>
  (webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()

const describe = async (): Promise<DesktopState> => {
  const window = BrowserWindow.getAllWindows()[0]
  const { question } = state
  return {
    tray: state.trayMenu && { image: '', tooltip: state.trayTooltip, items: shown(state.trayMenu) },
    menu: shown(applicationMenu()),
    notifications: state.notifications.map(({ notice: { title, body }, open }) => ({ title, body, open })),
    clipboard: await clipboard.readText(),
    badge: state.badge,
    opened: state.opened,
    question: question && {
      message: question.box.message,
      detail: question.box.detail ?? '',
      buttons: question.box.buttons ?? [],
    },
    window: window
      ? {
          visible: window.isVisible(),
          focused: state.focused,
          preferences: preferencesOf(window),
          url: window.webContents.getURL(),
        }
      : null,
    refused: state.refused,
    crossings: state.crossings,
  }
}

const obey = async (order: Order): Promise<unknown> => {
  switch (order.order) {
    case 'state':
      return describe()
    case 'click': {
      const item = menuItems(order.where === 'tray' ? state.trayMenu : applicationMenu()).find(
        ({ label }) => label === order.label,
      )
      if (item === undefined) throw new Error(`Nothing to click is called ${order.label}.`)
      return item.click()
    }
    case 'clickNotification':
      return state.notifications.find(({ notice, open }) => open && notice.title === order.title)?.notice.emit('click')
    case 'answer': {
      const index = state.question?.box.buttons?.indexOf(order.button) ?? -1
      if (index < 0) throw new Error(`No question has a button ${order.button}.`)
      state.question?.answer(index)
      state.question = null
      return
    }
    case 'savePath':
      state.savePath = order.path
      return
    case 'closeWindow':
      return BrowserWindow.getAllWindows()[0]?.close()
    case 'crash':
      return BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer()
    case 'secondInstance':
      return app.emit('second-instance', { preventDefault: () => {} }, order.words, '', null)
    case 'openUrl':
      return app.emit('open-url', { preventDefault: () => {} }, order.url)
    case 'quit':
      return app.quit()
    case 'invoke':
      throw new Error('Only the stand-in can forge a frame.')
  }
}

Object.assign(globalThis, { desktopOrder: obey })
await import(pathToFileURL(process.env['E2E_APP_MAIN'] ?? '').href)
