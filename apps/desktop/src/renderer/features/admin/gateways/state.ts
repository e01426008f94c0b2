/** What a gateway is doing, and which versions are behind. Pure. */
import { text } from '../../../texts/text.ts'
import type { StateWord } from '../../../ui/status.tsx'
import type { Gateway, NameOf } from '../data/names.ts'

export const gatewayState = ({ status, connected, lastSeenAt }: Gateway): StateWord => {
  if (status === 'revoked') return { kind: 'locked', word: text('gateways.revoked') }
  if (connected) return { kind: 'ready', word: text('gateways.connected') }
  return lastSeenAt === null
    ? { kind: 'unknown', word: text('gateways.neverSeen') }
    : { kind: 'failed', word: text('gateways.away') }
}

/** How clients get to a relay. */
export const reachedThrough = (load: Gateway['load'], gatewayName: NameOf): string => {
  const uplinks = load?.uplinks ?? []
  return uplinks.length === 0
    ? text('gateways.dialsOut')
    : text('gateways.through', { gateways: uplinks.map(gatewayName).toSorted().join(', ') })
}

const partsOf = (version: string): readonly number[] => version.split(/[.+-]/).map((part) => Number.parseInt(part, 10) || 0)

/** Below zero when the first is the older one. */
export const compareVersions = (one: string, other: string): number => {
  const [first, second] = [partsOf(one), partsOf(other)]
  for (let at = 0; at < Math.max(first.length, second.length); at++) {
    const difference = (first[at] ?? 0) - (second[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** The newest version that any standing gateway runs; null without any. */
export const newestVersion = (gateways: readonly Gateway[]): string | null =>
  gateways
    .filter(({ status, version }) => status === 'joined' && version !== '')
    .map(({ version }) => version)
    .toSorted(compareVersions)
    .at(-1) ?? null

export const isOlder = ({ status, version }: Gateway, newest: string | null): boolean =>
  status === 'joined' && version !== '' && newest !== null && compareVersions(version, newest) < 0

/** `gateway.example.org:8443` and `[::1]:8443`; null when it is neither. */
export const parseAddress = (typed: string): { readonly host: string; readonly port: number } | null => {
  const match = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<plain>[A-Za-z0-9_.-]+)):(?<port>[0-9]{1,5})$/.exec(typed.trim())
  const host = match?.groups?.['six'] ?? match?.groups?.['plain']
  const port = Number(match?.groups?.['port'])
  return host && port >= 1 && port <= 65_535 ? { host, port } : null
}
