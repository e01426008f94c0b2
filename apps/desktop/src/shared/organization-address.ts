/** Where an organization is found: the API's origin and the organization's short name, as in `sallyport.example.com/acme`. Pure. */
import { slug } from '@sallyport/protocol'

export interface OrganizationAddress {
  /** `https://sallyport.example.com` */
  readonly origin: string
  readonly organization: string
}

const LONGEST = 300

/**
 * null for what is no such address: without the organization, not HTTPS, or with anything that an address of one does not have.
 * The scheme may be left out.
 */
export const readOrganizationAddress = (typed: string): OrganizationAddress | null => {
  const text = typed.trim()
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`
  if (text.length > LONGEST || /\s/.test(text) || !URL.canParse(withScheme)) return null
  const { protocol, origin, hostname, username, password, pathname, search, hash } = new URL(withScheme)
  const isHost = hostname.includes('.') || hostname === 'localhost' || hostname.startsWith('[')
  if (protocol !== 'https:' || !isHost || username + password + search + hash !== '') return null
  const organization = slug.safeParse(pathname.replace(/^\//, '').replace(/\/$/, ''))
  return organization.success ? { origin, organization: organization.data } : null
}

/** Whether somebody meant an address: what is wrong with it is then worth a word. */
export const looksLikeAddress = (typed: string): boolean =>
  /^https?:\/\//i.test(typed.trim()) || /^[\w-]+(\.[\w-]+)+(:\d+)?(\/\S*)?$/.test(typed.trim())
