/** The organization: its settings, its log with sinks and witnesses, and its keys. */
import { defaultRecording } from '@sallyport/protocol'
import type { LogState, Sink, SinkStreamState } from '@sallyport/protocol/api'
import type { LogExport } from '../../../shared/log-export.ts'
import { SallyportError } from '@sallyport/protocol/errors'
import { type Answers, methods, routes, waits } from '../answers.ts'
import { idOf } from '../directory/ids.ts'
import { inBrowser } from '../people.ts'
import { sealing } from '../sealing.ts'
import type { Story } from '../story.ts'
import { button, failing, having, loading, reader, story } from './administration-story.ts'

const acme = {
  id: idOf.site(9),
  slug: 'acme',
  name: 'Acme',
  trustDomain: 'acme.example',
  settings: {
    sessionLifetime: 43_200,
    sessionIdleLimit: 14_400,
    leaseLifetime: 300,
    newDevices: 'approve' as const,
    ports: { first: 15_000, last: 19_999 },
    activityRetentionDays: 365,
  },
}

const streamOf = (change: Partial<SinkStreamState> = {}): SinkStreamState => ({
  stream: 'log',
  next: 48_210,
  behind: 0,
  deliveredAt: '2026-03-02T09:30:00.000Z',
  problem: null,
  ...change,
})

const sinkOf = (name: string, change: Partial<Sink>): Sink => ({
  id: idOf.site(90 + name.length),
  name,
  destination: { kind: 'syslog', host: 'siem.acme.example', port: 6514, certificates: '' },
  streams: [streamOf()],
  enabled: true,
  createdAt: '2026-03-02T09:30:00.000Z',
  ...change,
})

const sinks = {
  items: [
    sinkOf('SIEM', {}),
    sinkOf('Archive', {
      destination: { kind: 'object-store', endpoint: null, region: 'eu-central-1', bucket: 'acme-audit', prefix: 'sallyport/' },
      streams: [
        streamOf(),
        streamOf({
          stream: 'activity',
          next: 47_006,
          behind: 1204,
          problem: {
            message: 'it answered 503',
            since: '2026-03-02T09:12:00.000Z',
            retryAt: '2026-03-02T09:32:00.000Z',
          },
        }),
      ],
    }),
    sinkOf('Chat-ops', {
      destination: { kind: 'webhook', url: 'https://hooks.acme.example/audit', certificates: '' },
      enabled: false,
    }),
  ],
}

const settingsAnswers = routes({ getSettings: acme })

const settingsStories: readonly Story[] = [
  story('organization/some', '/organization', { answers: having(settingsAnswers) }),
  story('organization/reader', '/organization', { answers: { ...reader, ...settingsAnswers } }),
  story('organization/loading', '/organization', { answers: loading('getSettings') }),
  story('organization/error', '/organization', { answers: failing('getSettings') }),
  story('organization/long', '/organization', {
    answers: having(
      routes({
        getSettings: {
          ...acme,
          settings: {
            ...acme.settings,
            activityRetentionByKind: { 'query': 30, 'connection.opened': 365 },
            recording: { ...defaultRecording, keep: 'both', recipients: [`age1${'q'.repeat(58)}`, `age1${'p'.repeat(58)}`] },
          },
        },
      }),
    ),
  }),
  story('organization/review', '/organization', {
    answers: having(settingsAnswers),
    steps: [{ click: { role: 'radio', name: 'May sign in' } }, button('Review changes…')],
  }),
]

const VERIFIER = (name: string): string => `${name}+5d9b2c1e+AQq7V0cB3l4m5n6o7p8q9r0s1t2u3v4w5x6y7z8A9B0C`

const log: LogState = {
  origin: 'acme.example/log/01J8ZK3V7Q',
  keys: [VERIFIER('acme.example/log')],
  size: 48_214,
  checkpoint: { size: 48_214, note: 'note', signedAt: '2026-11-22T14:04:59.000Z' },
  witnessed: { size: 48_210, note: 'note' },
  quorum: 1,
  witnesses: [
    {
      key: VERIFIER('witness.partner.example'),
      url: 'https://witness.partner.example',
      size: 48_210,
      answeredAt: '2026-11-22T14:04:58.000Z',
      problem: null,
    },
    {
      key: VERIFIER('witness.auditor.example'),
      url: 'https://witness.auditor.example/cosign',
      size: 47_902,
      answeredAt: '2026-11-22T09:12:00.000Z',
      problem: 'it did not answer within 5 s',
    },
  ],
  problem: null,
}

const logAnswers = (change: Partial<LogState> = {}, sent: { readonly items: Sink[] } = sinks): Answers => ({
  ...methods({ logExport: { export: null } }),
  ...routes({ getLog: { ...log, ...change }, listSinks: sent }),
})

const exported: LogExport = {
  folder: '/home/dana/Audits/sallyport-log-acme-2026-11-22',
  state: 'done',
  size: 48_210,
  entries: 48_210,
  bytes: 61_204_117,
  key: log.keys[0]!,
  error: null,
}
const underWay: LogExport = { ...exported, state: 'running', entries: 17_408, bytes: 23_871_004 }
const exporting = (last: LogExport): Answers => ({ ...having(logAnswers()), ...methods({ logExport: { export: last } }) })
/** Where a host has no dialog, the folder is typed. */
const typing: Answers = {
  ...having(logAnswers()),
  ...methods({ host: inBrowser, beginLogExport: new SallyportError('folder_not_empty') }),
}

const addSink = (kind: string): NonNullable<Story['steps']> => [button('Add sink…'), { choose: { name: 'Kind', option: kind } }]

const logStories: readonly Story[] = [
  story('log/some', '/organization/log', { answers: having(logAnswers()) }),
  story('log/reader', '/organization/log', { answers: { ...reader, ...logAnswers() } }),
  story('log/empty', '/organization/log', {
    answers: having(logAnswers({ size: 0, checkpoint: null, witnessed: null, witnesses: [], quorum: 0 }, { items: [] })),
  }),
  story('log/loading', '/organization/log', { answers: having(routes({ getLog: waits, listSinks: waits })) }),
  story('log/error', '/organization/log', {
    answers: having(routes({ getLog: new SallyportError('log_unavailable'), listSinks: new SallyportError('api_unreachable') })),
  }),
  story('log/problem', '/organization/log', {
    answers: having(
      logAnswers({
        problem: {
          code: 'behind-witness',
          message: 'A witness has seen 48,300 entries, and there are 48,214: a backup was restored, or entries were removed.',
          since: '2026-11-22T13:40:00.000Z',
        },
      }),
    ),
  }),
  story('log/long', '/organization/log', {
    answers: having(
      logAnswers(
        { origin: `${'a-very-long-origin-'.repeat(10)}acme.example`, keys: [log.keys[0]!, log.keys[0]!.replace('5d9b', 'a31f')] },
        {
          items: [
            sinkOf(`A sink with a name that ${'somebody thought about for long '.repeat(3)}`, {
              destination: { kind: 'otlp', url: `https://${'collector-'.repeat(12)}.example.org/v1/logs`, certificates: '' },
              streams: (['log', 'activity'] as const).map((stream) =>
                streamOf({
                  stream,
                  problem: {
                    message: 'x'.repeat(300),
                    since: '2026-11-22T09:12:00.000Z',
                    retryAt: '2026-11-22T14:32:00.000Z',
                  },
                }),
              ),
            }),
          ],
        },
      ),
    ),
  }),
  story('log/witnesses', '/organization/log', { answers: having(logAnswers()), steps: [button('Edit witnesses…')] }),
  story('log/witnesses-review', '/organization/log', {
    answers: having(logAnswers()),
    steps: [
      button('Edit witnesses…'),
      { fill: { name: 'Witnesses', text: `${log.witnesses[0]!.key} ${log.witnesses[0]!.url}` } },
      button('Review…'),
    ],
  }),
  story('log/witnesses-wrong', '/organization/log', {
    answers: having(logAnswers()),
    steps: [button('Edit witnesses…'), { fill: { name: 'Witnesses', text: 'witness.partner.example' } }, button('Review…')],
  }),
  story('log/start-key', '/organization/log', { answers: having(logAnswers()), steps: [button('Begin a new key…')] }),
  story('log/export-running', '/organization/log', { answers: exporting(underWay) }),
  story('log/export-waiting', '/organization/log', {
    answers: exporting({
      ...underWay,
      state: 'waiting',
      error: { code: 'api_unreachable', message: 'The Sallyport API cannot be reached.' },
    }),
  }),
  story('log/export-done', '/organization/log', { answers: exporting(exported) }),
  story('log/export-done-long', '/organization/log', {
    answers: exporting({
      ...exported,
      folder: `/home/dana/${'a folder with a long name/'.repeat(8)}it’s there`,
      size: 10_000_000,
    }),
  }),
  story('log/export-failed', '/organization/log', {
    answers: exporting({
      ...underWay,
      state: 'failed',
      error: { code: 'disk_full', message: 'The disk is full. Make room on it, or choose another one.' },
    }),
  }),
  story('log/export-cancelled', '/organization/log', { answers: exporting({ ...underWay, state: 'cancelled' }) }),
  story('log/export-typed', '/organization/log', { answers: typing }),
  story('log/export-not-empty', '/organization/log', {
    answers: typing,
    steps: [button('Export the log')],
  }),
  story('log/add-syslog', '/organization/log', { answers: having(logAnswers()), steps: [button('Add sink…')] }),
  story('log/streams', '/organization/log', {
    answers: having(logAnswers({}, { items: [sinks.items[1]!] })),
    steps: [button('What is sent…')],
  }),
  story('log/replace-secret', '/organization/log', {
    answers: having(logAnswers({}, { items: [sinks.items[0]!] })),
    steps: [button('Replace secret…')],
  }),
  story('log/add-wrong', '/organization/log', {
    answers: having(logAnswers()),
    steps: [button('Add sink…'), { press: 'Enter' }],
  }),
  story('log/add-webhook', '/organization/log', { answers: having(logAnswers()), steps: addSink('Webhook, signed') }),
  story('log/add-object-store', '/organization/log', { answers: having(logAnswers()), steps: addSink('Object store (S3)') }),
  story('log/add-otlp', '/organization/log', { answers: having(logAnswers()), steps: addSink('OpenTelemetry logs') }),
  story('log/add-file', '/organization/log', { answers: having(logAnswers()), steps: addSink('Files of the API') }),
  story('log/webhook-key', '/organization/log', {
    answers: having({ ...logAnswers(), ...sealing, ...routes({ createSink: sinks.items[2]! }) }),
    steps: [
      button('Add sink…'),
      { type: 'Chat-ops' },
      { choose: { name: 'Kind', option: 'Webhook, signed' } },
      { fill: { name: 'Address', text: 'https://hooks.acme.example/audit' } },
      { press: 'Enter' },
    ],
  }),
]

const keyAnswers = (older: number): Answers =>
  routes({
    getKeys: {
      root: {
        driver: 'aws',
        protection: 'AWS KMS, which never gives it out',
        key: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      },
      wrapped: { newest: 412 - older, older, unopened: older > 0 ? 1 : 0 },
      dataKeys:
        older > 0
          ? { startedAt: '2026-11-22T14:03:00.000Z', finishedAt: null, left: 217 }
          : { startedAt: '2026-06-02T09:00:00.000Z', finishedAt: '2026-06-02T09:04:00.000Z', left: 0 },
      vaultKeys: [
        { id: `vault-key-${'a1b2'.repeat(8)}`, createdAt: '2026-10-28T09:00:00.000Z', retiresAt: null },
        {
          id: `vault-key-${'c3d4'.repeat(8)}`,
          createdAt: '2026-07-30T09:00:00.000Z',
          retiresAt: '2026-11-29T09:00:00.000Z',
        },
      ],
    },
    getAuthorities: {
      authorities: [
        {
          kind: 'root',
          key: 'root-1',
          fingerprint: `${'Qx'.repeat(21)}A`,
          createdAt: '2026-03-02T09:00:00.000Z',
          signsFrom: '2026-03-02T09:00:00.000Z',
          expiresAt: '2036-03-02T09:00:00.000Z',
          retiresAt: null,
        },
        {
          kind: 'issuer',
          key: 'issuer-2',
          fingerprint: `${'Ry'.repeat(21)}A`,
          createdAt: '2026-09-02T09:00:00.000Z',
          signsFrom: '2026-09-02T09:02:00.000Z',
          expiresAt: '2027-09-02T09:00:00.000Z',
          retiresAt: null,
        },
        {
          kind: 'deployment',
          key: 'api-root-1',
          fingerprint: `${'Sz'.repeat(21)}A`,
          createdAt: '2026-03-02T08:00:00.000Z',
          signsFrom: '2026-03-02T08:00:00.000Z',
          expiresAt: '2036-03-02T08:00:00.000Z',
          retiresAt: null,
        },
      ],
    },
    getTokenKeys: {
      keys: [
        {
          id: `token-key-${'e5f6'.repeat(8)}`,
          algorithm: 'ES256',
          createdAt: '2026-10-01T09:00:00.000Z',
          signsFrom: '2026-10-02T09:00:00.000Z',
          retiresAt: null,
        },
        {
          id: `token-key-${'0718'.repeat(8)}`,
          algorithm: 'RS256',
          createdAt: '2026-10-01T09:00:00.000Z',
          signsFrom: '2026-10-02T09:00:00.000Z',
          retiresAt: null,
        },
      ],
    },
  })

const keyStories: readonly Story[] = [
  story('keys/some', '/organization/keys', { answers: having(keyAnswers(0)) }),
  story('keys/rotating', '/organization/keys', { answers: having(keyAnswers(38)) }),
  story('keys/reader', '/organization/keys', { answers: { ...reader, ...keyAnswers(38) } }),
  story('keys/empty', '/organization/keys', {
    answers: having({
      ...keyAnswers(0),
      ...routes({ getAuthorities: { authorities: [] }, getTokenKeys: { keys: [] } }),
    }),
  }),
  story('keys/loading', '/organization/keys', {
    answers: having(routes({ getKeys: waits, getAuthorities: waits, getTokenKeys: waits })),
  }),
  story('keys/error', '/organization/keys', {
    answers: having(
      routes({
        getKeys: new SallyportError('kms_sealed'),
        getAuthorities: new SallyportError('vault_unavailable'),
        getTokenKeys: new SallyportError('vault_unavailable'),
      }),
    ),
  }),
  story('keys/vault-key', '/organization/keys', {
    answers: having(keyAnswers(0)),
    steps: [button('Make a new vault key…')],
  }),
  story('keys/root', '/organization/keys', { answers: having(keyAnswers(0)), steps: [button('Make a new root…')] }),
]

export const organizationStories: readonly Story[] = [...settingsStories, ...logStories, ...keyStories]
