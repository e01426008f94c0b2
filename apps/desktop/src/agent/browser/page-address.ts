/** Addresses of the API's pages, which faces open in the system browser. */
import { SallyportError } from '@sallyport/protocol'

/** A browser is sent to HTTPS or to this computer, whatever the API says. Throws `unsupported_version`. */
export const checkPageAddress = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null
  const isLocal =
    url?.protocol === 'http:' && (url.hostname === 'localhost' || url.hostname === '[::1]' || url.hostname.startsWith('127.'))
  if (url === null || !(url.protocol === 'https:' || isLocal)) {
    throw new SallyportError('unsupported_version', { message: 'The API named a page that is not to be opened.' })
  }
  return url
}

/** Where the browser ends up. */
export const donePage = (page: URL): string => new URL('/done', page).href
