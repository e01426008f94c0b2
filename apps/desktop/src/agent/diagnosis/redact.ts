/** Takes out of a text what is secret, and what only concerns the person: for whoever helps it changes nothing. */
import { homedir, userInfo } from 'node:os'

/** Longer than any word, shorter than any key: what is random is not for others. UUIDs are names of things, and stay. */
const random = /(?<![\w-])(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-]))[A-Za-z0-9+/_-]{32,}={0,2}/g
const pem = /-----BEGIN [^-]*-----[\s\S]*?(-----END [^-]*-----|$)/g
const address = /[\w.+-]+@[\w-]+(\.[\w-]+)+/g
/** `password=…`, `"token": "…"`, and what stands between user and host of a URL. */
const named = /((?:password|passwd|pwd|secret|token|authorization|cookie|passphrase)"?\s*[:=]\s*"?)(?!null\b)[^\s",;}]+/gi
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"]+@/gi

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

interface Personal {
  readonly home: string
  readonly user: string
}

const ourselves = (): Personal => ({ home: homedir(), user: userInfo().username })

export const redact = (text: string, personal: Personal = ourselves()): string => {
  const withoutSecrets = text
    .replaceAll(pem, '[key or certificate]')
    .replaceAll(inUrl, '$1[credentials]@')
    .replaceAll(address, '[e-mail]')
    .replaceAll(named, '$1[redacted]')
    .replaceAll(random, '[redacted]')
  const withoutHome = personal.home.length > 1 ? withoutSecrets.replaceAll(personal.home, '~') : withoutSecrets
  return personal.user.length > 1
    ? withoutHome.replaceAll(new RegExp(String.raw`(?<!\w)${escaped(personal.user)}(?!\w)`, 'g'), '[user]')
    : withoutHome
}
