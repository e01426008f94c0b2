/** What the app made of its desktop so far, as tests ask for it. */
import type { StandInNotification } from './desktop.ts'
import type { StandInWindow } from './window.ts'

export interface Item {
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly enabled?: boolean
  readonly click?: () => void
  readonly submenu?: readonly Item[]
}

export const state = {
  trayImage: '',
  trayTooltip: '',
  trayMenu: null as readonly Item[] | null,
  menu: [] as readonly Item[],
  notifications: [] as StandInNotification[],
  clipboard: '',
  badge: 0,
  opened: [] as string[],
  question: null as { message: string; detail: string; buttons: string[]; answer: (index: number) => void } | null,
  savePath: '',
  refused: [] as string[],
  crossings: [] as string[],
  windows: [] as StandInWindow[],
}
