/**
 * What the tray shows: where things stand, favourites to turn on and copy, open connections, and the way to the window. Nothing
 * is approved here, and no secret is in it.
 */
import type { AgentStatus, LocalConnection, LocalCredential } from '../../shared/local-api.ts'
import type { MenuEntry, TrayState, TrayView } from '../shell/shell.ts'
import { texts } from '../texts.ts'

const MAX_FAVOURITES = 3
const MAX_CONNECTIONS = 3
const MAX_LABEL = 60

export interface TrayFacts {
  /** null: no agent runs. */
  readonly status: AgentStatus | null
  readonly credentials: readonly LocalCredential[]
  /** Ids of credentials, in the person's order. */
  readonly favourites: readonly string[]
  readonly connections: readonly LocalConnection[]
  /** Requests that wait for this person's decision. */
  readonly waiting: number
  /** Then it says no more than that. */
  readonly locked: boolean
}

export interface TrayActs {
  readonly open: (place?: string) => void
  readonly copy: (text: string) => void
  /** Turns on an address of one's own access, and copies it. */
  readonly turnOn: (credential: LocalCredential) => void
  readonly lock: () => void
  readonly quit: () => void
}

export const trayView = (facts: TrayFacts, acts: TrayActs): TrayView => {
  const open = (): void => acts.open()
  const { locked } = facts
  const lock: readonly MenuEntry[] =
    facts.status === null || facts.status.state === 'not-enrolled'
      ? []
      : [{ kind: 'item', label: texts.lock, onClick: acts.lock }]
  const sections: readonly (readonly MenuEntry[])[] = [
    // First, because some desktops have no click on the icon itself.
    [
      { kind: 'item', label: texts.open, onClick: open },
      { kind: 'note', label: statusLine(facts) },
    ],
    locked ? [] : favouriteEntries(facts, acts),
    locked ? [] : connectionEntries(facts, acts),
    locked || facts.waiting === 0
      ? []
      : [{ kind: 'item', label: texts.tray.waiting(facts.waiting), onClick: () => acts.open('/approvals') }],
    [
      ...(locked ? [] : [...lock, { kind: 'item' as const, label: texts.settings, onClick: () => acts.open('/settings') }]),
      { kind: 'item', label: texts.quit, onClick: acts.quit },
    ],
  ]
  const entries = sections
    .filter((section) => section.length > 0)
    .flatMap((section, index): readonly MenuEntry[] => (index === 0 ? section : [{ kind: 'separator' }, ...section]))
  return { state: stateOf(facts), tooltip: `${texts.name}: ${statusLine(facts)}`, entries, onActivate: open }
}

const stateOf = ({ status, connections, waiting }: TrayFacts): TrayState => {
  if (status?.state !== 'signed-in') return 'signed-out'
  if (waiting > 0 || status.api?.reachable === false) return 'attention'
  return connections.length > 0 ? 'in-use' : 'ready'
}

const statusLine = ({ status, connections, locked }: TrayFacts): string => {
  if (locked) return texts.tray.locked
  if (status === null) return texts.tray.noAgent
  if (status.state === 'not-enrolled') return texts.tray.notEnrolled
  if (status.state === 'signed-out') return texts.tray.signedOut
  const organization = short(status.organization?.name ?? '')
  return status.api?.reachable === false
    ? texts.tray.unreachable(organization)
    : texts.tray.signedIn(organization, connections.length)
}

const favouriteEntries = ({ credentials, favourites }: TrayFacts, acts: TrayActs): readonly MenuEntry[] =>
  favourites
    .flatMap((id) => credentials.filter(({ granted }) => granted.credential === id))
    .flatMap((credential) => favouriteEntry(credential, acts) ?? [])
    .slice(0, MAX_FAVOURITES)

/** null: neither on nor to be turned on by a click; the window says why. */
const favouriteEntry = (credential: LocalCredential, acts: TrayActs): MenuEntry | null => {
  const { granted, host, port, listener } = credential
  const name = short(granted.name)
  const address = `${host}:${port}`
  switch (listener.state) {
    case 'listening':
      return { kind: 'item', label: texts.tray.copyAddress(name, address), onClick: () => acts.copy(address) }
    case 'off':
      return granted.bound
        ? { kind: 'item', label: texts.tray.turnOn(name, address), onClick: () => acts.turnOn(credential) }
        : null
    case 'port-taken':
    case 'unbound':
      return null
  }
}

const connectionEntries = ({ connections }: TrayFacts, acts: TrayActs): readonly MenuEntry[] => {
  const toConnections = (): void => acts.open('/connections')
  const shown = connections.slice(0, MAX_CONNECTIONS).map(({ caller, credential }): MenuEntry => ({
    kind: 'item',
    label: texts.tray.connection(short(programName(caller?.program)), short(credential)),
    onClick: toConnections,
  }))
  const rest = connections.length - shown.length
  return rest === 0 ? shown : [...shown, { kind: 'item', label: texts.tray.moreConnections(rest), onClick: toConnections }]
}

/** The last part of a program's path, on every system. */
const programName = (path: string | undefined): string => path?.split(/[/\\]/).at(-1) ?? '?'

/**
 * Names come from administrators and programs: what would break a menu's line, hide other text or turn its direction is left
 * out, and the middle of a long one is cut.
 */
const short = (text: string): string => {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').replaceAll('&', '&&')
  if (plain.length <= MAX_LABEL) return plain
  const half = (MAX_LABEL - 1) / 2
  return `${plain.slice(0, Math.ceil(half))}…${plain.slice(-Math.floor(half))}`
}
