/** Does what the test orders, and tells how things stand. */
import type { DesktopState, Order } from './control.ts'
import { orderMessage } from './control.ts'
import { app, ipcMain } from './program.ts'
import { type Item, state } from './state.ts'
import type { StandInWindow } from './window.ts'

const flat = (items: readonly Item[]): readonly Item[] => items.flatMap((item) => [item, ...flat(item.submenu ?? [])])
const shown = (items: readonly Item[]) =>
  flat(items).flatMap(({ label, enabled = true }) => (label === undefined ? [] : [{ label, enabled }]))

const describe = (): DesktopState => {
  const window = state.windows.find(({ destroyed }) => !destroyed)
  const { session: _session, ...preferences } = window?.options.webPreferences ?? {}
  return {
    tray: state.trayMenu && { image: state.trayImage, tooltip: state.trayTooltip, items: shown(state.trayMenu) },
    menu: shown(state.menu),
    notifications: state.notifications.map(({ title, body, open }) => ({ title, body, open })),
    clipboard: state.clipboard,
    badge: state.badge,
    opened: state.opened,
    question: state.question && {
      message: state.question.message,
      detail: state.question.detail,
      buttons: state.question.buttons,
    },
    window: window ? { visible: window.visible, focused: window.focused, preferences, url: window.page?.url ?? '' } : null,
    refused: state.refused,
    crossings: state.crossings,
  }
}

const window = (): StandInWindow => {
  const open = state.windows.find(({ destroyed }) => !destroyed)
  if (open === undefined) throw new Error('There is no window.')
  return open
}

const obey = async (order: Order): Promise<unknown> => {
  switch (order.order) {
    case 'state':
      return describe()
    case 'click': {
      const item = flat((order.where === 'tray' ? state.trayMenu : state.menu) ?? []).find(({ label }) => label === order.label)
      if (item?.click === undefined) throw new Error(`Nothing to click is called ${order.label}.`)
      return item.click()
    }
    case 'clickNotification':
      return state.notifications.find(({ title, open }) => open && title === order.title)?.emit('click')
    case 'answer': {
      const { question } = state
      const index = question?.buttons.indexOf(order.button) ?? -1
      if (question === null || index < 0) throw new Error(`No question has a button ${order.button}.`)
      state.question = null
      return question.answer(index)
    }
    case 'savePath':
      state.savePath = order.path
      return
    case 'closeWindow':
      return window().close()
    case 'crash':
      return window().webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    case 'secondInstance':
      return app.emit('second-instance', {}, order.words)
    case 'openUrl':
      return app.emit('open-url', { preventDefault: () => {} }, order.url)
    case 'quit':
      return app.quit()
    case 'invoke': {
      const { webContents } = window()
      const senderFrame = order.main ? webContents.mainFrame : order.frame === null ? null : { url: order.frame }
      const handler = ipcMain.handlers.get(order.channel)
      if (handler === undefined) throw new Error('no handler')
      return handler({ sender: webContents, senderFrame }, order.payload)
    }
  }
}

process.on('message', (message) => {
  const { id, order } = orderMessage.parse(message)
  obey(order).then(
    (result) => process.send?.({ id, result: result ?? null }),
    (error: unknown) => process.send?.({ id, error: error instanceof Error ? `${error.name} ${error.message}` : String(error) }),
  )
})
// The test has gone: so does the app.
process.on('disconnect', () => app.exit(1))
