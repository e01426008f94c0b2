import { expect, test, vi } from 'vitest'
import type { AgentStatus, LocalConnection, LocalCredential } from '../../shared/local-api.ts'
import type { MenuEntry } from '../shell/shell.ts'
import { type TrayActs, type TrayFacts, trayView } from './tray-view.ts'

const status = {
  state: 'signed-in',
  organization: { name: 'Acme' },
  api: { reachable: true },
} as AgentStatus
const credential = (name: string, state = 'listening'): LocalCredential =>
  ({ granted: { name, credential: name, bound: true }, host: '127.0.0.1', port: 15_001, listener: { state } }) as LocalCredential
const connection = (program: string): LocalConnection =>
  ({ credential: 'shop-db/read-only', caller: { program, user: 'ada', pid: 1 } }) as LocalConnection

const facts = (over: Partial<TrayFacts> = {}): TrayFacts => ({
  status,
  credentials: [],
  favourites: [],
  connections: [],
  waiting: 0,
  locked: false,
  ...over,
})
const acts = (): TrayActs => ({
  open: vi.fn<() => void>(),
  copy: vi.fn<() => void>(),
  turnOn: vi.fn<() => void>(),
  lock: vi.fn<() => void>(),
  quit: vi.fn<() => void>(),
})
const labels = (entries: readonly MenuEntry[]): string[] => entries.flatMap((entry) => ('label' in entry ? [entry.label] : []))
const click = (entries: readonly MenuEntry[], label: RegExp): void => {
  const entry = entries.find((item) => item.kind === 'item' && label.test(item.label))
  if (entry?.kind === 'item') entry.onClick()
}

test('the first entry opens the window, the last quits', () => {
  const done = acts()
  const { entries } = trayView(facts(), done)
  expect(labels(entries)).toEqual([
    'Open Sallyport',
    'Acme: no open connection',
    'Lock Sallyport',
    'Settings…',
    'Quit Sallyport…',
  ])
  click(entries, /^Open/)
  expect(done.open).toHaveBeenCalledOnce()
})

test.for([
  [{ status: null }, 'signed-out', 'The background agent is not running'],
  [{ status: { ...status, state: 'signed-out' as const } }, 'signed-out', 'Signed out'],
  [{ status: { ...status, api: { origin: '', reachable: false } } }, 'attention', 'Acme: the API cannot be reached'],
  [{ connections: [connection('/usr/bin/psql')] }, 'in-use', 'Acme: 1 open connection'],
  [{ waiting: 2 }, 'attention', 'Acme: no open connection'],
] as const)('%j is %s', ([over, state, line]) => {
  const view = trayView(facts(over), acts())
  expect(view.state).toBe(state)
  expect(labels(view.entries)).toContain(line)
})

test('a favourite that is ready is copied by a click', () => {
  const done = acts()
  const credentials = [credential('shop-db/read-only'), credential('ledger/owner', 'port-taken'), credential('other/one')]
  const { entries } = trayView(facts({ credentials, favourites: ['shop-db/read-only', 'ledger/owner'] }), done)
  expect(labels(entries).filter((label) => label.includes('copy'))).toEqual(['shop-db/read-only: copy 127.0.0.1:15001'])
  click(entries, /copy/)
  expect(done.copy).toHaveBeenCalledWith('127.0.0.1:15001')
})

test('a favourite that is off is turned on by a click, unless its secret must be bound again', () => {
  const done = acts()
  const off = credential('ledger/owner', 'off')
  const unbound = { ...off, granted: { ...off.granted, credential: 'moved', name: 'moved/owner', bound: false } }
  const { entries } = trayView(facts({ credentials: [off, unbound], favourites: ['ledger/owner', 'moved'] }), done)
  expect(labels(entries).filter((label) => label.includes('copy'))).toEqual(['ledger/owner: turn on and copy 127.0.0.1:15001'])
  click(entries, /turn on/)
  expect(done.turnOn).toHaveBeenCalledWith(off)
  expect(done.copy).not.toHaveBeenCalled()
})

test('connections are named by program; many of them do not make a long menu', () => {
  const connections = Array.from({ length: 40 }, () => connection('C:\\Tools\\dbeaver.exe'))
  const credentials = Array.from({ length: 40 }, (_, index) => credential(`db-${index}/x`))
  const favourites = credentials.map(({ granted }) => granted.name)
  const { entries } = trayView(facts({ connections, credentials, favourites, waiting: 3 }), acts())
  expect(labels(entries)).toContain('dbeaver.exe uses shop-db/read-only')
  expect(labels(entries)).toContain('37 more…')
  expect(labels(entries).length).toBeLessThanOrEqual(13)
})

test('waiting requests lead to the window; nothing is decided in the tray', () => {
  const done = acts()
  const { entries } = trayView(facts({ waiting: 1 }), done)
  click(entries, /waits/)
  expect(done.open).toHaveBeenCalledWith('/approvals')
  expect(labels(entries).join()).not.toMatch(/approve(?!d)|refuse/i)
})

test('names cannot break a line, hide text or turn its direction', () => {
  const hostile = `a\u202Eb\u0000c\nd\u2028e&f ${'long '.repeat(100)}`
  const { entries, tooltip } = trayView(facts({ status: { ...status, organization: { name: hostile } } as AgentStatus }), acts())
  for (const label of [...labels(entries), tooltip]) {
    expect(label).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(label.length).toBeLessThan(120)
  }
})

test('a locked app shows nothing of what is behind it', () => {
  const hidden = {
    credentials: [credential('shop/read-only')],
    favourites: ['shop/read-only'],
    connections: [connection('psql')],
    waiting: 2,
  }
  const { entries, tooltip } = trayView(facts({ ...hidden, locked: true }), acts())
  expect(labels(entries)).toEqual(['Open Sallyport', 'Locked; connections go on', 'Quit Sallyport…'])
  expect(tooltip).toBe('Sallyport: Locked; connections go on')
})

test('it is locked from here, once this computer is set up', () => {
  const done = acts()
  click(trayView(facts(), done).entries, /^Lock/)
  expect(done.lock).toHaveBeenCalledOnce()
  const fresh = { state: 'not-enrolled' } as AgentStatus
  expect(labels(trayView(facts({ status: fresh }), acts()).entries)).not.toContain('Lock Sallyport')
})
