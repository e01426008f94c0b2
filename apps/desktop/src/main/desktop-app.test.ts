import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import { makeTemporaryDirectory, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AppEvent } from '../shared/app-messages.ts'
import { type AppAgent, DesktopApp, type DesktopAppParts } from './desktop-app.ts'
import type { LocalCredential } from '../shared/local-api.ts'
import { usualPreferences } from '../shared/preferences.ts'
import { AppSettings } from './settings/app-settings.ts'
import type { MenuEntry, Notice, Question, Shell, TrayView } from './shell/shell.ts'

const credential = '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21'

let folder: TemporaryDirectory
/** Everything that was asked of the desktop, window and agent, in order. */
let asked: string[]
let told: AppEvent[]
let questions: { question: Question; answer: (button: number) => void }[]
let tray: TrayView | null
let menu: readonly MenuEntry[]
let connections: number
let badge: number
let notices: Notice[]
/** Requests that wait for this person, as the API lists them; null: it cannot be reached. */
let waiting: readonly AccessDecisionItem[] | null
let session: 'signed-in' | 'signed-out'
/** What the person may use; null: the agent cannot say. */
let granted: readonly LocalCredential[] | null

beforeEach(async () => {
  folder = await makeTemporaryDirectory()
  asked = []
  told = []
  questions = []
  tray = null
  menu = []
  connections = 0
  badge = 0
  notices = []
  waiting = []
  session = 'signed-in'
  granted = null
})
afterEach(() => folder.remove())

const shell = {
  showTray: (view: TrayView | null) => (tray = view),
  setMenu: (entries: readonly MenuEntry[]) => (menu = entries),
  setBadge: (count: number) => (badge = count),
  notify: (notice: Notice) => notices.push(notice),
  withdraw: (id: string) => (notices = notices.filter((notice) => notice.id !== id)),
  copy: async (text: string) => void asked.push(`copy ${text}`),
  ask: (question: Question) => new Promise<number>((answer) => questions.push({ question, answer })),
  exit: () => asked.push('exit'),
} as unknown as Shell

const TAKEN = 15_099

const agent: AppAgent = {
  start: async () => void asked.push('start agent'),
  call: async (method: string, params: { readonly route?: string; readonly name?: string }) => {
    if (method === 'woke') return asked.push('woke')
    if (method === 'bundle') return { fileName: 'sallyport-diagnosis.txt', text: 'what was found' }
    if (method === 'stop') return asked.push('stop agent')
    if (method === 'status') return { state: session, organization: { name: 'Acme' }, api: { reachable: true } }
    if (method === 'credentials') {
      if (granted === null) throw new SallyportError('api_unreachable')
      return { items: granted }
    }
    if (method === 'connect') {
      asked.push(`connect ${params.name}`)
      return { ...granted![0], listener: { state: granted![0]!.port === TAKEN ? 'port-taken' : 'listening' } }
    }
    if (method === 'preferences') return usualPreferences
    if (method === 'api') {
      if (waiting === null) throw new SallyportError('api_unreachable')
      return { items: params.route === 'listApprovals' ? waiting : [], next: null }
    }
    const caller = { program: '/usr/bin/psql', user: 'ada', pid: 1 }
    return { items: Array.from({ length: connections }, () => ({ caller, credential: 'shop-db/read-only' })) }
  },
}

const make = async (over: Partial<DesktopAppParts> = {}) => {
  const settings = await AppSettings.open(folder.path)
  const window = {
    show: () => void asked.push('show'),
    hide: () => void asked.push('hide'),
    reload: () => void asked.push('reload'),
    tell: (event: AppEvent) => void told.push(event),
  }
  const logger = pino({ level: 'silent' })
  const parts = { shell, window, agent, settings, platform: 'linux' as const, released: true, trayIsSeen: true, logger, ...over }
  const app = new DesktopApp(parts)
  await app.start()
  asked = []
  return { app, settings }
}

/** Lets the app see so many open connections. */
const withConnections = async (app: DesktopApp, number: number): Promise<void> => {
  connections = number
  app.agentChanged({ event: 'connections' })
  await waitFor(() => tray?.tooltip.includes(number === 0 ? 'no open' : `${number} open`), { description: 'the tray' })
}

test('a link brings the window forward and tells the page; nothing else happens', async () => {
  const { app } = await make()
  app.openLink({ kind: 'connect', credential })
  expect(asked).toEqual(['show'])
  expect(told).toEqual([{ event: 'link', credential }])
  app.openLink({ kind: 'signed-in' })
  app.openLink(null)
  expect(asked).toEqual(['show', 'show', 'show'])
  expect(told).toHaveLength(1)
})

test('what changed in the agent is told to the page and seen in the tray', async () => {
  const { app } = await make()
  await withConnections(app, 2)
  expect(told).toContainEqual({ event: 'connections' })
  expect(tray?.state).toBe('in-use')
})

test.for([
  [15_001, ['connect ledger/owner', 'copy 127.0.0.1:15001'], []],
  [TAKEN, ['connect ledger/owner', 'show'], [`/resources/${credential}`]],
] as const)(
  'an address that is turned on in the tray is copied, or the window says why it is not ready: port %i',
  async ([port, done, places]) => {
    granted = [
      {
        granted: { name: 'ledger/owner', credential, bound: true },
        host: '127.0.0.1',
        port,
        listener: { state: 'off' },
      } as LocalCredential,
    ]
    const { app } = await make()
    app.agentChanged({ event: 'credentials' })
    const entry = () => tray?.entries.find((each) => each.kind === 'item' && each.label.startsWith('ledger/owner: turn on'))
    await waitFor(() => entry() !== undefined, { description: 'the favourite in the tray' })
    const found = entry()
    if (found?.kind === 'item') found.onClick()
    await waitFor(() => asked.length === 2, { description: 'what was asked' })
    expect(asked).toEqual(done)
    expect(told.flatMap((event) => (event.event === 'navigate' ? [event.to] : []))).toEqual(places)
  },
)

test('closing the window asks once whether to stay, and remembers', async () => {
  const { app, settings } = await make()
  expect(app.closing()).toBe(false)
  app.closing()
  expect(questions).toHaveLength(1)
  expect(questions[0]!.question.buttons).toEqual(['Keep', 'Quit'])
  questions[0]!.answer(0)
  await waitFor(() => asked.includes('hide'), { description: 'the window to hide' })
  expect(settings.current.whenClosed).toBe('keep-running')
  expect(app.closing()).toBe(false)
  expect(questions).toHaveLength(1)
})

test('where the tray is not seen a closed window is a closed app, and the agent goes on', async () => {
  const { app } = await make({ trayIsSeen: false })
  expect(app.closing()).toBe(true)
  expect(asked).toEqual(['exit'])
})

test('on macOS closing hides the window', async () => {
  const { app } = await make({ platform: 'darwin' })
  expect(app.closing()).toBe(false)
  expect(asked).toEqual(['hide'])
})

test('quitting without connections asks nothing', async () => {
  const { app } = await make()
  expect(app.mayQuit()).toBe(true)
  expect(questions).toEqual([])
})

test.for([
  [0, ['exit']],
  [1, ['stop agent', 'exit']],
  [2, []],
] as const)('quitting says what stays open; button %i does %j', async ([button, done]) => {
  const { app } = await make()
  await withConnections(app, 3)
  expect(app.mayQuit()).toBe(false)
  expect(questions[0]!.question).toMatchObject({
    detail: expect.stringContaining('Your 3 connections stay open') as string,
    buttons: ['Quit', 'Quit and End 3 Connections', 'Cancel'],
  })
  questions[0]!.answer(button)
  await waitFor(() => asked.length === done.length, { description: 'what was asked' })
  expect(asked).toEqual(done)
})

test('at the end of the system’s session nobody is asked', async () => {
  const { app } = await make()
  await withConnections(app, 1)
  app.sessionEnds()
  expect([app.mayQuit(), app.closing(), questions]).toEqual([true, true, []])
})

test('starting a newer version asks nobody, and holds only while there is one', async () => {
  const { app } = await make()
  await withConnections(app, 1)
  const none = (): never => {
    throw new Error('there is none')
  }
  expect(() => app.restart(none)).toThrow('there is none')
  expect(app.closing()).toBe(false)
  app.restart(() => asked.push('restart'))
  expect([app.mayQuit(), app.closing(), asked]).toEqual([true, true, ['restart']])
})

test('a crashed page is loaded again once, then the person decides', async () => {
  const { app } = await make()
  app.crashed('crashed')
  expect([asked, questions]).toEqual([['reload'], []])
  app.crashed('oom')
  expect(questions[0]!.question.detail).toBe('Connections go on.')
  questions[0]!.answer(0)
  await waitFor(() => asked.length === 2, { description: 'the page to be loaded again' })
})

test('a report can be saved after a crash, and the question stays', async () => {
  const path = join(folder.path, 'report.txt')
  const { app } = await make({ shell: { ...shell, choosePath: async () => path } as Shell })
  app.crashed('crashed')
  app.crashed('oom')
  questions[0]!.answer(1)
  await waitFor(() => questions.length === 2, { description: 'the question again' })
  expect(await readFile(path, 'utf8')).toBe('what was found')
  expect(asked).toEqual(['reload'])
  questions[1]!.answer(2)
  await waitFor(() => asked.includes('exit'), { description: 'the end' })
})

test('after a sleep the agent looks at its connections at once', async () => {
  const { app } = await make()
  app.woke()
  app.woke()
  expect(asked.filter((each) => each === 'woke')).toHaveLength(2)
})

test('the menu leads to places in the window', async () => {
  await make()
  const go = menu.find((entry) => entry.kind === 'submenu' && entry.label === 'Go')
  const place = go?.kind === 'submenu' ? go.entries[1] : undefined
  if (place?.kind === 'item') place.onClick()
  expect(told).toEqual([{ event: 'navigate', to: '/connections' }])
})

test('an agent that cannot start does not keep the window from opening', async () => {
  const failing = { ...agent, start: () => Promise.reject(new SallyportError('keychain_locked')) }
  const { app } = await make({ agent: failing as AppAgent })
  app.open()
  expect(asked).toEqual(['show'])
})

const person = { id: credential, email: 'grace@acme.example', firstName: 'Grace', lastName: 'Hopper' }
const request = (over: Partial<AccessDecisionItem> = {}): AccessDecisionItem => ({
  request: {
    id: crypto.randomUUID(),
    kind: 'access',
    state: 'pending',
    requester: person,
    credential: { id: credential, name: 'ledger/read-only', resource: null },
    rule: null,
    reason: 'the secret reason',
    duration: 3600,
    startsAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    waitsUntil: '2026-01-02T00:00:00.000Z',
    extends: null,
    extensible: false,
    approvals: { needed: 1, given: 0, votes: [] },
    escalatedAt: null,
    access: null,
    closed: null,
    review: null,
  },
  device: null,
  target: null,
  maxDuration: 3600,
  lastUse: null,
  use: null,
  refusal: null,
  ownVote: null,
  ...over,
})
const seesRequests = async (app: DesktopApp, items: readonly AccessDecisionItem[], count = items.length): Promise<void> => {
  waiting = items
  app.agentChanged({ event: 'requests' })
  await waitFor(() => badge === count && tray !== null, { description: 'the badge' })
}

test('a request that arrives is announced without its reason, counted on icon and tray, and taken back when it was decided', async () => {
  const { app } = await make()
  app.agentPresence(true)
  await withConnections(app, 1)
  const arrived = request()
  await seesRequests(app, [arrived])
  expect(notices.map(({ title }) => title)).toEqual(['Grace Hopper asks for ledger/read-only, 1 hour'])
  expect(JSON.stringify(notices)).not.toContain('secret reason')
  await waitFor(() => JSON.stringify(tray?.entries).includes('1 request waits for you…'), { description: 'the tray' })
  await seesRequests(app, [{ ...arrived, ownVote: 'approve' }], 0)
  expect(notices).toEqual([])
})

test('what somebody may not decide is not counted', async () => {
  const { app } = await make()
  await seesRequests(app, [request(), request({ refusal: { code: 'own_request', message: '' } })], 1)
  expect(badge).toBe(1)
})

test('while the API cannot be reached what was known stays; who signed out is waited for by nobody', async () => {
  const { app } = await make()
  await seesRequests(app, [request(), request()])
  waiting = null
  app.agentChanged({ event: 'requests' })
  await withConnections(app, 3)
  expect(badge).toBe(2)
  session = 'signed-out'
  app.agentChanged({ event: 'status' })
  await waitFor(() => badge === 0, { description: 'the badge to go' })
})
