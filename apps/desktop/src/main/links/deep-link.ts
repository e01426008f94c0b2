/**
 * `sallyport://` links. Anybody can write one, and the system hands it to us without asking: it carries an id and nothing else,
 * and only brings the window forward. Whatever it names happens after a click of the person in our own window.
 */
const MAX_LENGTH = 200
const CONNECT = /^sallyport:\/\/connect\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/?$/
const SIGNED_IN = /^sallyport:\/\/signed-in\/?$/

export const LINK_SCHEME = 'sallyport'

export type DeepLink =
  | { readonly kind: 'connect'; readonly credential: string }
  /** The page in the browser is done: the person looks for our window now. */
  | { readonly kind: 'signed-in' }

/** null: not a link of ours, or one we do not know. */
export const parseDeepLink = (text: string): DeepLink | null => {
  if (text.length > MAX_LENGTH) return null
  const credential = CONNECT.exec(text)?.[1]
  if (credential !== undefined) return { kind: 'connect', credential }
  return SIGNED_IN.test(text) ? { kind: 'signed-in' } : null
}

/** The first link among the words of a command line, whose order the system may change. */
export const deepLinkAmong = (words: readonly string[]): DeepLink | null => {
  for (const word of words) {
    const link = parseDeepLink(word)
    if (link !== null) return link
  }
  return null
}
