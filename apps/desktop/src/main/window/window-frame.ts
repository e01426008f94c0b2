/** Whose title bar the window has: on macOS and Windows ours, with the system's buttons over it; elsewhere the system's. */
import type { BrowserWindowConstructorOptions } from 'electron'
import type { HostFacts } from '../../shared/app-api.ts'

/** Pixels; the height of the top bar. */
const BAR = 44
const MAC_BUTTONS = 80
const WINDOWS_BUTTONS = 138

/** Background and foreground of the top bar, as in the theme of the page. */
const colors = {
  light: { color: '#FBFBFC', symbolColor: '#16181D' },
  dark: { color: '#131417', symbolColor: '#ECEEF1' },
} as const

export const titleBarColors = (dark: boolean): { color: string; symbolColor: string; height: number } => ({
  ...(dark ? colors.dark : colors.light),
  height: BAR,
})

export const frameOptions = (platform: NodeJS.Platform): BrowserWindowConstructorOptions => {
  if (platform === 'darwin') return { titleBarStyle: 'hiddenInset', trafficLightPosition: { x: 16, y: 15 } }
  return platform === 'win32' ? { titleBarStyle: 'hidden', titleBarOverlay: { ...titleBarColors(false) } } : {}
}

/** What the page leaves free in its top row. */
export const titleBarSpace = (platform: NodeJS.Platform): HostFacts['titleBar'] => {
  if (platform === 'darwin') return { left: MAC_BUTTONS, right: 0 }
  return platform === 'win32' ? { left: 0, right: WINDOWS_BUTTONS } : { left: 0, right: 0 }
}
