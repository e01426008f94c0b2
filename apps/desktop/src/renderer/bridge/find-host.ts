/** Finds out who serves this page. */
import type { AppPort } from '../../shared/app-api.ts'
import { takeToken, webSocketPort } from './web-socket-port.ts'

declare global {
  interface Window {
    /** Put there by the app's preload, before any script of the page. */
    readonly sallyport?: AppPort
  }
}

/** null: neither the app's window nor an address with its token; the page says how to get one. */
export const findHost = (page: Window): AppPort | null => {
  if (page.sallyport) return page.sallyport
  const token = takeToken(page)
  if (!token) return null
  return webSocketPort(`ws://${page.location.host}/bridge`, token)
}
