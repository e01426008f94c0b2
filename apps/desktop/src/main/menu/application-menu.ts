/** The menu of the app: the whole one where the system shows it at the top of the screen, a short one elsewhere. */
import type { MenuEntry, MenuRole } from '../shell/shell.ts'
import { texts } from '../texts.ts'

export interface MenuActs {
  readonly go: (place: string) => void
  readonly lock: () => void
  readonly quit: () => void
}

export interface MenuPlace {
  readonly platform: NodeJS.Platform
  /** A release shows no tools that open the page up. */
  readonly released: boolean
}

const separator: MenuEntry = { kind: 'separator' }
const roles = (...names: readonly MenuRole[]): readonly MenuEntry[] => names.map((role) => ({ kind: 'role', role }))

export const applicationMenu = ({ platform, released }: MenuPlace, acts: MenuActs): readonly MenuEntry[] => {
  const mac = platform === 'darwin'
  const settings: MenuEntry = {
    kind: 'item',
    label: texts.settings,
    accelerator: 'CmdOrCtrl+,',
    onClick: () => acts.go('/settings'),
  }
  const lock: MenuEntry = { kind: 'item', label: texts.lock, accelerator: 'CmdOrCtrl+L', onClick: acts.lock }
  const quit: MenuEntry = { kind: 'item', label: texts.quit, accelerator: 'CmdOrCtrl+Q', onClick: acts.quit }
  const first = mac
    ? [
        ...roles('about'),
        separator,
        settings,
        lock,
        separator,
        ...roles('services'),
        separator,
        ...roles('hide', 'hideOthers', 'unhide'),
        separator,
        quit,
      ]
    : [settings, lock, separator, quit]
  const zoom = roles('resetZoom', 'zoomIn', 'zoomOut', 'togglefullscreen')
  return [
    { kind: 'submenu', label: mac ? texts.name : texts.menus.file, entries: first },
    {
      kind: 'submenu',
      label: texts.menus.edit,
      entries: [...roles('undo', 'redo'), separator, ...roles('cut', 'copy', 'paste', 'selectAll')],
    },
    {
      kind: 'submenu',
      label: texts.menus.view,
      entries: released ? zoom : [...roles('reload', 'toggleDevTools'), separator, ...zoom],
    },
    {
      kind: 'submenu',
      label: texts.menus.go,
      entries: Object.entries(texts.places).map(([place, label], index) => ({
        kind: 'item',
        label,
        accelerator: `CmdOrCtrl+${index + 1}`,
        onClick: () => acts.go(place),
      })),
    },
    {
      kind: 'submenu',
      label: texts.menus.window,
      entries: mac ? roles('minimize', 'zoom', 'front') : roles('minimize'),
    },
    {
      kind: 'submenu',
      label: texts.menus.help,
      entries: [{ kind: 'item', label: texts.diagnosis, onClick: () => acts.go('/settings/diagnosis') }],
    },
  ]
}
