import { SallyportError } from '@sallyport/protocol/errors'
import type { Diagnosis, Finding, LogLine } from '../../../shared/diagnosis.ts'
import type { ToolChoices } from '../../../shared/tools.ts'
import { type Answers, methods, routes, waits } from '../answers.ts'
import { manyCredentials, someCredentials } from '../credentials.ts'
import { asUser } from '../people.ts'
import { type Story, STORY_NOW } from '../story.ts'

const finding = (part: Partial<Finding> & Pick<Finding, 'area' | 'detail'>): Finding => ({
  subject: '',
  step: '',
  state: 'ok',
  code: null,
  milliseconds: null,
  ...part,
})

const well: readonly Finding[] = [
  finding({ area: 'agent', detail: 'runs, version 0.1.0' }),
  finding({ area: 'keys', detail: 'sealed by the keychain of this system' }),
  finding({ area: 'clock', detail: 'agrees with the API to 40 ms' }),
  finding({ area: 'api', step: 'name', detail: '192.0.2.40', milliseconds: 3.1 }),
  finding({ area: 'api', step: 'connection', detail: '192.0.2.40:443', milliseconds: 12.8 }),
  finding({ area: 'api', step: 'encryption', detail: 'TLS 1.3, the organization’s own certificate', milliseconds: 22.4 }),
  finding({ area: 'api', step: 'answer', detail: 'version 0.1.0', milliseconds: 6.2 }),
  finding({ area: 'session', detail: 'lasts until 22:40' }),
  finding({ area: 'gateway', subject: 'eu-1', step: 'connection', detail: 'eu-1.gateway.acme.example:8443', milliseconds: 18.4 }),
  finding({ area: 'gateway', subject: 'eu-1', step: 'encryption', detail: 'TLS 1.3', milliseconds: 24.0 }),
  finding({ area: 'listener', subject: 'shop/read-only', detail: '127.0.0.1:15001' }),
  finding({ area: 'tools', subject: 'psql', detail: '/usr/bin/psql' }),
]

const wrong: readonly Finding[] = [
  ...well.slice(0, 8),
  finding({
    area: 'gateway',
    subject: 'eu-2',
    step: 'connection',
    state: 'failed',
    code: 'gateway_unreachable',
    detail: 'No gateway that serves this resource answers.',
    milliseconds: 5000.2,
  }),
  finding({ area: 'listener', subject: 'shop/read-only', state: 'notice', detail: 'is off' }),
  ...Array.from({ length: 30 }, (_, at) =>
    finding({ area: 'listener' as const, subject: `database-${at}/read-only`, detail: `127.0.0.1:${15_100 + at}` }),
  ),
]

const logLines: readonly LogLine[] = Array.from({ length: 120 }, (_, at) => {
  const seconds = String(at % 60).padStart(2, '0')
  const level = at % 31 === 30 ? 'error' : at % 11 === 10 ? 'warn' : 'info'
  const words = {
    info: `a listener is open event=listener.open credential=shop/read-only port=${15_001 + at}`,
    warn: 'a gateway stopped answering event=gateway.lost gateway=eu-2',
    error: 'a session could not be renewed event=renewal.failed code=api_unreachable cause=connect ETIMEDOUT 192.0.2.40:443',
  }
  return { at: `2026-11-22T14:0${Math.floor(at / 60)}:${seconds}.000Z`, level, text: words[level] }
})

const diagnosis = (findings: readonly Finding[]): Diagnosis => ({ at: STORY_NOW, findings: [...findings] })

const known = (id: string, label: string, more: Partial<ToolChoices['tools'][number]> = {}): ToolChoices['tools'][number] => ({
  id,
  label,
  kind: 'application',
  outcome: null,
  program: null,
  own: false,
  ...more,
})

const ownTool = (at: number): ToolChoices['tools'][number] =>
  known(`own-${at}`, `A tool of my own with quite a long name, ${at}`, {
    outcome: 'connects',
    program: `/home/ada/applications/tools-of-my-own/version-${at}/bin/tool-of-my-own`,
    own: true,
  })

const someTools: ToolChoices = {
  tools: [
    known('psql', 'psql', { kind: 'terminal', outcome: 'connects' }),
    known('dbeaver', 'DBeaver', { outcome: 'connects', program: '/home/ada/dbeaver-25.3/dbeaver' }),
    known('tableplus', 'TablePlus'),
    known('vscode-sqltools', 'VS Code with SQLTools', { outcome: 'connects' }),
    known('datagrip', 'DataGrip', { outcome: 'ready' }),
    known('pgadmin', 'pgAdmin', { outcome: 'prepared' }),
    known('pgcli', 'pgcli', { outcome: 'connects', program: '/usr/bin/pgcli-window', own: true }),
  ],
  terminals: [
    { id: 'gnome-terminal', label: 'GNOME Terminal' },
    { id: 'konsole', label: 'Konsole' },
  ],
  terminal: null,
}

const answers: Answers = {
  ...asUser(),
  ...methods({
    windowSettings: { startAtLogin: true, whenClosed: 'keep-running' },
    credentials: { items: [...someCredentials] },
    toolChoices: someTools,
    diagnose: diagnosis(well),
    log: { lines: [...logLines] },
    bundle: {
      fileName: 'sallyport-2026-11-22.txt',
      text: Array.from(
        { length: 40 },
        (_, at) => `2026-11-22T14:0${at % 10}:00.000Z info listener open port=${15_000 + at}`,
      ).join('\n'),
    },
  }),
  ...routes({
    getRecoveryCodes: { left: 8, createdAt: '2026-03-02T09:10:00.000Z' },
    createRecoveryCodes: { codes: Array.from({ length: 10 }, (_, at) => `k3v9-x2ab-77q${at}-mmt4-9f0z-c1${at}d`) },
  }),
}

const story = (state: string, section: string, more: Partial<Story> = {}): Story => ({
  name: `settings/${state}`,
  at: `/settings/${section}`,
  answers,
  ...more,
})
const button = (name: string) => ({ click: { role: 'button' as const, name } })

export const settingsStories: readonly Story[] = [
  story('general', 'general'),
  story('device', 'device'),
  story('device-loading', 'device', { answers: { ...answers, ...routes({ getMe: waits }) } }),
  story('device-error', 'device', { answers: { ...answers, ...routes({ getMe: new SallyportError('api_unreachable') }) } }),
  story('recovery-codes', 'device', { steps: [button('Make new codes…'), button('Make new codes')] }),
  story('tools', 'tools'),
  story('tools-many', 'tools', {
    answers: {
      ...answers,
      ...methods({
        toolChoices: {
          ...someTools,
          tools: [...someTools.tools, ...Array.from({ length: 24 }, (_, at) => ownTool(at))],
          terminal: 'konsole',
        },
      }),
    },
  }),
  story('tools-none', 'tools', {
    answers: {
      ...answers,
      ...methods({
        toolChoices: {
          tools: someTools.tools.map((tool) => ({ ...tool, outcome: null, program: null })),
          terminals: [],
          terminal: null,
        },
      }),
    },
  }),
  story('tools-loading', 'tools', { answers: { ...answers, ...methods({ toolChoices: waits }) } }),
  story('tools-error', 'tools', {
    answers: { ...answers, ...methods({ toolChoices: new SallyportError('profile_unreadable') }) },
  }),
  story('ports', 'ports'),
  story('ports-empty', 'ports', { answers: { ...answers, ...methods({ credentials: { items: [] } }) } }),
  story('ports-huge', 'ports', { answers: { ...answers, ...methods({ credentials: { items: manyCredentials(5000) } }) } }),
  story('shortcuts', 'shortcuts'),
  story('diagnosis', 'diagnosis'),
  story('diagnosis-under-way', 'diagnosis', {
    answers: { ...answers, ...methods({ diagnose: waits }) },
    steps: [button('Examine')],
  }),
  story('diagnosis-well', 'diagnosis', { steps: [button('Examine')] }),
  story('diagnosis-wrong', 'diagnosis', {
    answers: { ...answers, ...methods({ diagnose: diagnosis(wrong) }) },
    steps: [button('Examine')],
  }),
  story('diagnosis-error', 'diagnosis', {
    answers: { ...answers, ...methods({ diagnose: new SallyportError('agent_unreachable') }) },
    steps: [button('Examine')],
  }),
  story('log', 'log'),
  story('log-empty', 'log', { answers: { ...answers, ...methods({ log: { lines: [] } }) } }),
  story('log-loading', 'log', { answers: { ...answers, ...methods({ log: waits }) } }),
  story('log-error', 'log', { answers: { ...answers, ...methods({ log: new SallyportError('agent_unreachable') }) } }),
  story('bundle', 'diagnosis', { steps: [button('Save bundle…')] }),
]
