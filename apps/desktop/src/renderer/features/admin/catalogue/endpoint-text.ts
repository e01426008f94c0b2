/** Where a resource lives and how it is trusted, in words. */
import { assertNever, type Endpoint, fromBase64url } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'

export const addressText = ({ host, port }: Pick<Endpoint, 'host' | 'port'>): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

/** `3F:A1:…`: as certificate tools print it. */
export const pinText = (sha256: string): string =>
  [...fromBase64url(sha256)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')

export const trustText = (tls: Endpoint['tls']): string => {
  switch (tls.kind) {
    case 'pinned':
      return text('catalogue.factPinned', { pin: pinText(tls.sha256) })
    case 'authority': {
      const trust = text(tls.certificates === '' ? 'catalogue.trustSystem' : 'catalogue.trustOwn')
      return tls.serverName === null ? trust : text('catalogue.asName', { trust, name: tls.serverName })
    }
    default:
      return assertNever(tls)
  }
}

export const strengthText = (strength: Endpoint['weakestAuthentication']): string => {
  switch (strength) {
    case 'certificate':
      return text('catalogue.weakestCertificate')
    case 'scram':
      return text('catalogue.weakestScram')
    case 'md5':
      return text('catalogue.weakestMd5')
    case 'cleartext':
      return text('catalogue.weakestCleartext')
    default:
      return assertNever(strength)
  }
}
