/** Screens of administrators, each in its states. */
import type { Sink } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol/errors'
import { someAlerts } from '../alerts.ts'
import { type Answers, methods, routes, waits } from '../answers.ts'
import { auditRow } from '../audit.ts'
import { emptyOrganization, organizationAnswers } from '../directory/answers.ts'
import { hugeOrganization, longOrganization, wideOrganization } from '../directory/extremes.ts'
import { idOf } from '../directory/ids.ts'
import { gainingImpact, noImpact, someImpact } from '../directory/impacts.ts'
import { asAdministrator, asUser } from '../people.ts'
import type { Story } from '../story.ts'

const usual: Answers = { ...asAdministrator, ...organizationAnswers }
const having = (more: Answers): Answers => ({ ...usual, ...more })
const reader: Answers = {
  ...asUser(
    'users.read',
    'roles.read',
    'grants.read',
    'resources.read',
    'gateways.read',
    'devices.read',
    'sessions.read',
    'settings.read',
  ),
  ...organizationAnswers,
}

const story = (name: string, at: string, more: Partial<Story> = {}): Story => ({ name, at, answers: usual, ...more })

const failing = (route: string): Answers => ({ ...usual, [`api:${route}`]: new SallyportError('session_expired') })
const loading = (route: string): Answers => ({ ...usual, [`api:${route}`]: waits })

/** The five states that every list has. */
const states = (name: string, { at, route }: { readonly at: string; readonly route: string }): readonly Story[] => [
  story(`${name}/some`, at),
  story(`${name}/reader`, at, { answers: reader }),
  story(`${name}/empty`, at, { answers: having(emptyOrganization) }),
  story(`${name}/loading`, at, { answers: loading(route) }),
  story(`${name}/error`, at, { answers: failing(route) }),
  story(`${name}/long`, at, { answers: having(longOrganization) }),
]

const button = (name: string) => ({ click: { role: 'button' as const, name } })

const userStories: readonly Story[] = [
  ...states('users', { at: '/users', route: 'listUsers' }),
  story('users/huge', '/users', { answers: having(hugeOrganization) }),
  story('users/panel', `/users/${idOf.user(2)}`),
  story('users/panel-reader', `/users/${idOf.user(2)}`, { answers: reader }),
  story('users/long-panel', `/users/${idOf.user(2)}`, { answers: having(longOrganization) }),
  story('users/add', '/users', { steps: [button('Add person')] }),
  story('users/add-wrong', '/users', { steps: [button('Add person'), { press: 'Enter' }] }),
  story('users/disable', `/users/${idOf.user(2)}`, {
    answers: having(routes({ previewChangeUser: someImpact })),
    steps: [button('Disable…')],
  }),
  story('users/invite', `/users/${idOf.user(2)}`, {
    answers: having(
      routes({
        createInvitation: {
          invitation: `sallyport-invitation-${'eyJhcGkiOiJo'.repeat(14)}`,
          link: `https://sallyport.acme.example/invitation#${'eyJhcGkiOiJo'.repeat(14)}`,
          expiresAt: '2026-11-24T14:05:00.000Z',
        },
      }),
    ),
    steps: [button('New invitation'), button('Make invitation')],
  }),
  story('users/grant', `/users/${idOf.user(2)}`, { steps: [button('Give access for a time…')] }),
]

const roleStories: readonly Story[] = [
  ...states('roles', { at: '/roles', route: 'listRoles' }),
  story('roles/panel', `/roles/${idOf.role(3)}`),
  story('roles/long-panel', `/roles/${idOf.role(3)}`, { answers: having(longOrganization) }),
  story('roles/panel-reader', `/roles/${idOf.role(3)}`, { answers: reader }),
  story('roles/add', '/roles', { steps: [button('Add role')] }),
  story('roles/delete', `/roles/${idOf.role(3)}`, {
    answers: having(routes({ previewDeleteRole: someImpact })),
    steps: [button('Delete…')],
  }),
  story('roles/delete-computing', `/roles/${idOf.role(3)}`, {
    answers: having(routes({ previewDeleteRole: waits })),
    steps: [button('Delete…')],
  }),
  story('roles/remove-person', `/roles/${idOf.role(3)}`, {
    answers: having(routes({ previewRemoveRoleMember: noImpact })),
    steps: [button('Remove Alan Turing')],
  }),
  story('roles/remove-credential', `/roles/${idOf.role(3)}`, {
    answers: having(routes({ previewRemoveRoleCredential: gainingImpact })),
    steps: [button('Remove shop · read-write')],
  }),
]

const wellTested = routes({
  testResource: {
    gateway: idOf.gateway(1),
    ok: false,
    steps: [
      { step: 'name', ok: true, code: null, detail: '10.20.0.11, 10.20.0.12', milliseconds: 1.2 },
      { step: 'address', ok: true, code: null, detail: '', milliseconds: 0.1 },
      { step: 'connection', ok: true, code: null, detail: '10.20.0.11:5432', milliseconds: 2.4 },
      {
        step: 'encryption',
        ok: false,
        code: 'resource_certificate_untrusted',
        detail: 'TLS 1.3, but no authority that is trusted here signed the certificate.',
        milliseconds: 11.9,
      },
    ],
  },
})

const replacing: NonNullable<Story['steps']> = [
  button('More actions for read-only'),
  { click: { role: 'menuitem', name: 'Replace secret…' } },
]

/** 32 bytes in base64url: what any key of the trust bundle looks like. */
const KEY = 'CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
const sealing = methods({
  trust: {
    version: 1,
    number: 1,
    organization: idOf.site(9),
    trustDomain: 'acme.example',
    issuedAt: 1_763_820_000,
    roots: [KEY],
    issuers: [KEY],
    vaultKeys: [{ id: KEY, publicKey: KEY }],
    receiptKeys: [{ id: KEY, publicKey: KEY }],
    gateways: [],
  },
})
const replaced = routes({
  replaceSecret: ({ input }) => ({
    id: input.parameters.secret,
    resource: input.body.resource,
    version: 5,
    bound: input.body.sealed.ciphertext.length > 0,
    createdAt: '2026-11-22T14:05:00.000Z',
  }),
})

const catalogueStories: readonly Story[] = [
  ...states('catalogue', { at: '/catalogue', route: 'listResources' }),
  story('catalogue/huge', '/catalogue', { answers: having(hugeOrganization) }),
  story('catalogue/panel', `/catalogue/${idOf.resource(1)}`),
  story('catalogue/long-panel', `/catalogue/${idOf.resource(1)}`, { answers: having(longOrganization) }),
  story('catalogue/panel-reader', `/catalogue/${idOf.resource(1)}`, { answers: reader }),
  story('catalogue/tested', `/catalogue/${idOf.resource(2)}`, {
    answers: having(wellTested),
    steps: [button('Test the way there')],
  }),
  story('catalogue/add', '/catalogue', { steps: [button('Add resource')] }),
  story('catalogue/add-wrong', '/catalogue', { steps: [button('Add resource'), { press: 'Enter' }] }),
  story('catalogue/add-credential', `/catalogue/${idOf.resource(1)}`, { steps: [button('Add credential')] }),
  story('catalogue/credential-menu', `/catalogue/${idOf.resource(1)}`, { steps: [button('More actions for read-only')] }),
  story('catalogue/replace-secret', `/catalogue/${idOf.resource(1)}`, {
    steps: [button('More actions for read-only'), { click: { role: 'menuitem', name: 'Replace secret…' } }],
  }),
  story('catalogue/secret-different', `/catalogue/${idOf.resource(1)}`, {
    steps: [...replacing, { type: 'one' }, { press: 'Tab' }, { type: 'two' }, { press: 'Enter' }],
  }),
  story('catalogue/secret-sealed', `/catalogue/${idOf.resource(1)}`, {
    answers: having({ ...sealing, ...replaced }),
    steps: [...replacing, { type: 'one' }, { press: 'Tab' }, { type: 'one' }, { press: 'Enter' }],
  }),
  story('catalogue/bind', `/catalogue/${idOf.resource(2)}`, { steps: [button('Bind again…')] }),
]

const gatewayStories: readonly Story[] = [
  ...states('gateways', { at: '/gateways', route: 'listGateways' }),
  story('gateways/huge', '/gateways', { answers: having(hugeOrganization) }),
  story('gateways/panel', `/gateways/${idOf.gateway(2)}`),
  story('gateways/map', '/gateways/map'),
  story('gateways/sites', '/gateways/sites'),
  story('gateways/site-panel', `/gateways/sites/${idOf.site(1)}`),
  story('gateways/join', '/gateways', { steps: [button('Add gateway')] }),
  story('gateways/revoke', `/gateways/${idOf.gateway(1)}`, {
    answers: having(routes({ previewRevokeGateway: { ...someImpact, losing: { count: 0, items: [] } } })),
    steps: [button('Revoke…')],
  }),
]

const deviceStories: readonly Story[] = [
  ...states('devices', { at: '/devices', route: 'listDevices' }),
  story('devices/huge', '/devices', { answers: having(hugeOrganization) }),
  story('devices/panel', `/devices/${idOf.device(4)}`),
  story('devices/alerted', `/devices/${idOf.device(3)}`, {
    answers: having(
      routes({
        listAlerts: { items: someAlerts.filter(({ device }) => device === idOf.device(3)), next: null },
        listAuditEntries: {
          items: [
            auditRow({
              number: 400,
              type: 'device.drifted',
              subject: { kind: 'device', id: idOf.device(3) },
              details: { parts: ['network', 'disk'] },
            }),
          ],
          next: null,
          tail: 'tail',
        },
      }),
    ),
  }),
  story('devices/approve', `/devices/${idOf.device(4)}`, { steps: [button('Approve…')] }),
  story('devices/sessions', '/devices/sessions'),
  story('devices/session-panel', `/devices/sessions/${idOf.session(2)}`),
  story('devices/connections', '/devices/connections'),
  story('devices/connection-panel', `/devices/connections/${idOf.connection(2)}`),
]

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

const sinkOf = (name: string, change: Partial<Sink>): Sink => ({
  id: idOf.site(90 + name.length),
  name,
  destination: { kind: 'syslog', host: 'siem.acme.example', port: 6514, certificates: '' },
  streams: ['log'],
  enabled: true,
  createdAt: '2026-03-02T09:30:00.000Z',
  next: 48_210,
  behind: 0,
  deliveredAt: '2026-03-02T09:30:00.000Z',
  problem: null,
  ...change,
})

const sinks = {
  items: [
    sinkOf('SIEM', {}),
    sinkOf('Archive', {
      destination: { kind: 'object-store', endpoint: null, region: 'eu-central-1', bucket: 'acme-audit', prefix: 'sallyport/' },
      behind: 1204,
      problem: {
        message: 'it answered 503',
        since: '2026-03-02T09:12:00.000Z',
        retryAt: '2026-03-02T09:32:00.000Z',
      },
    }),
    sinkOf('Chat-ops', {
      destination: { kind: 'webhook', url: 'https://hooks.acme.example/audit', certificates: '' },
      enabled: false,
    }),
  ],
}

const organizationStories: readonly Story[] = [
  story('organization/some', '/organization', { answers: having(routes({ getSettings: acme, listSinks: sinks })) }),
  story('organization/reader', '/organization', {
    answers: { ...reader, ...routes({ getSettings: acme, listSinks: { items: [] } }) },
  }),
  story('organization/loading', '/organization', { answers: loading('getSettings') }),
  story('organization/error', '/organization', { answers: failing('getSettings') }),
  story('organization/review', '/organization', {
    answers: having(routes({ getSettings: acme, listSinks: { items: [] } })),
    steps: [{ click: { role: 'radio', name: 'May sign in' } }, button('Review changes…')],
  }),
]

const explained = (allowed: boolean): Answers =>
  routes({
    explainAccess: {
      allowed,
      reasons: [
        { rule: 'user-active', holds: true, text: 'The account is active.' },
        {
          rule: 'granted',
          holds: allowed,
          text: allowed ? 'The role Backend leases it.' : 'No role of the user and no grant leases it.',
        },
        { rule: 'secret-bound', holds: true, text: 'The secret is bound to the present endpoint.' },
      ],
    },
  })

const accessStories: readonly Story[] = [
  ...states('access', { at: '/access', route: 'listRoles' }),
  story('access/graph', '/access/graph'),
  story('access/graph-chosen', '/access/graph', { steps: [button('Grace Hopper')] }),
  story('access/graph-empty', '/access/graph', { answers: having(emptyOrganization) }),
  story('access/graph-huge', '/access/graph', { answers: having(wideOrganization) }),
  story('access/huge', '/access', { answers: having(wideOrganization) }),
  story('access/why', '/access/why'),
  story('access/why-allowed', `/access/why/${idOf.user(2)}/${idOf.credential(1)}`, { answers: having(explained(true)) }),
  story('access/why-refused', `/access/why/${idOf.user(3)}/${idOf.credential(5)}`, { answers: having(explained(false)) }),
]

export const administrationStories: readonly Story[] = [
  ...userStories,
  ...roleStories,
  ...accessStories,
  ...catalogueStories,
  ...gatewayStories,
  ...deviceStories,
  ...organizationStories,
]
