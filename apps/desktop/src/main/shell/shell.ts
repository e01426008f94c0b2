/**
 * What the app asks of the desktop around its window. Everything that decides is written against this interface; the one
 * implementation that names Electron is as thin as it can be.
 */
import type { HostFacts } from '../../shared/app-api.ts'

export interface MenuItem {
  readonly kind: 'item'
  readonly label: string
  readonly enabled?: boolean
  /** As Electron writes them: `CmdOrCtrl+K`. */
  readonly accelerator?: string
  readonly onClick: () => void
}
/** What the system does by itself, and calls by its own name. */
export type MenuRole =
  | 'about'
  | 'services'
  | 'hide'
  | 'hideOthers'
  | 'unhide'
  | 'undo'
  | 'redo'
  | 'cut'
  | 'copy'
  | 'paste'
  | 'selectAll'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'togglefullscreen'
  | 'minimize'
  | 'zoom'
  | 'front'
  | 'reload'
  | 'toggleDevTools'

export type MenuEntry =
  | MenuItem
  | { readonly kind: 'note'; readonly label: string }
  | { readonly kind: 'separator' }
  | { readonly kind: 'role'; readonly role: MenuRole }
  | { readonly kind: 'submenu'; readonly label: string; readonly entries: readonly MenuEntry[] }

/** Told apart by shape, not only by colour. */
export type TrayState = 'signed-out' | 'ready' | 'in-use' | 'attention'

export interface TrayView {
  readonly state: TrayState
  readonly tooltip: string
  readonly entries: readonly MenuEntry[]
  readonly onActivate: () => void
}

export interface Notice {
  /** A later one with the same id takes its place. */
  readonly id: string
  readonly title: string
  readonly body: string
  readonly onClick: () => void
}

export interface Question {
  readonly message: string
  readonly detail: string
  /** The first is what Enter does, the last what Escape does. */
  readonly buttons: readonly string[]
}

export interface Shell {
  readonly facts: Pick<HostFacts, 'capabilities' | 'components' | 'titleBar'>
  /** null: none. */
  showTray(view: TrayView | null): void
  setMenu(entries: readonly MenuEntry[]): void
  notify(notice: Notice): void
  withdraw(id: string): void
  setBadge(count: number): void
  openExternal(url: string): Promise<void>
  copy(text: string): Promise<void>
  /** The index of the button. */
  ask(question: Question): Promise<number>
  /** Where to save; null: nowhere. */
  choosePath(suggestedName: string): Promise<string | null>
  /** In the system's own program for files. */
  showFolder(path: string): Promise<void>
  /** Of a program on this computer; null: they thought better of it. */
  chooseProgram(): Promise<string | null>
  startsAtLogin(): Promise<boolean>
  setStartAtLogin(on: boolean): Promise<void>
  /** Ends this program, and asks nobody. */
  exit(): void
}
