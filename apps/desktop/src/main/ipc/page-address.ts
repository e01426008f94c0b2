/** The one address of our page. Everything that speaks to the main process must come from exactly there. */
export const APP_SCHEME = 'app'
export const APP_HOST = 'sallyport'
export const PAGE_ADDRESS = `${APP_SCHEME}://${APP_HOST}/index.html`

/** The fragment is the page's own: it holds the place within the app. */
export const isOwnPage = (address: string): boolean => address.split('#', 1)[0] === PAGE_ADDRESS

/** The path of a file of ours; null: the request is for something else. */
export const ownPath = (address: string): string | null => {
  if (!URL.canParse(address)) return null
  const { protocol, host, username, password, pathname } = new URL(address)
  if (protocol !== `${APP_SCHEME}:` || host !== APP_HOST || username !== '' || password !== '') return null
  return pathname
}
