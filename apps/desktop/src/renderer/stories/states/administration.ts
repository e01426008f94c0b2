/** Screens of administrators, each in its states. */
import { someAlerts } from '../alerts.ts'
import { type Answers, routes, waits } from '../answers.ts'
import { auditRow } from '../audit.ts'
import { emptyOrganization } from '../directory/answers.ts'
import { hugeOrganization, longOrganization, wideOrganization } from '../directory/extremes.ts'
import { idOf } from '../directory/ids.ts'
import { gainingImpact, noImpact, someImpact } from '../directory/impacts.ts'
import { sealing } from '../sealing.ts'
import type { Story } from '../story.ts'
import { button, having, reader, states, story } from './administration-story.ts'
import { organizationStories } from './organization.ts'
import { rotationStories } from './rotation.ts'
import { serviceAccountStories } from './service-accounts.ts'
import { supportStories } from './support.ts'
import { storeStories } from './stores.ts'

const heldData = routes({
  getPersonalData: {
    user: idOf.user(2),
    erasure: null,
    tables: [
      { table: 'users', rows: 1 },
      { table: 'devices', rows: 2 },
      { table: 'activity_records', rows: 18_412 },
    ],
    lastActivityAt: '2026-11-22T13:41:00.000Z',
  },
})

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
  story('users/export', `/users/${idOf.user(2)}`, {
    answers: having(heldData),
    steps: [button('Export data…')],
  }),
  story('users/erase', `/users/${idOf.user(2)}`, { answers: having(heldData), steps: [button('Erase…')] }),
  story('users/erased', '/users/erased', {
    answers: having(
      routes({
        listErasures: {
          items: [
            { user: idOf.site(71), erasedAt: '2026-11-22T14:01:00.000Z', finishedAt: null },
            { user: idOf.site(72), erasedAt: '2026-08-02T09:30:00.000Z', finishedAt: '2026-08-02T09:31:00.000Z' },
          ],
          next: null,
        },
      }),
    ),
  }),
  story('users/erased-none', '/users/erased', { answers: having(routes({ listErasures: { items: [], next: null } })) }),
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
  story('catalogue/add-stored', `/catalogue/${idOf.resource(1)}`, {
    steps: [button('Add credential'), { choose: { name: 'It signs in by', option: 'What lies in a third-party store' } }],
  }),
  story('catalogue/replace-stored', `/catalogue/${idOf.resource(1)}`, {
    steps: [button('More actions for read-write'), { click: { role: 'menuitem', name: 'Replace secret…' } }],
  }),
  story('catalogue/edit', `/catalogue/${idOf.resource(2)}`, { steps: [button('Edit…')] }),
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

const opened = (compromisedAt: string | null): Answers =>
  routes({
    getOpenedSecrets: {
      compromisedAt,
      credentials: [
        { credential: idOf.credential(4), name: 'ledger/read-only', remedy: 'end-of-lease' },
        { credential: idOf.credential(1), name: 'shop/read-only', remedy: 'rotation' },
        { credential: idOf.credential(5), name: 'warehouse/reports', remedy: 'replacement' },
      ],
      complete: true,
    },
  })

const compromiseStories: readonly Story[] = [
  story('gateways/compromised', `/gateways/${idOf.gateway(4)}`, {
    answers: having(opened(null)),
    steps: [button('Mark as compromised…')],
  }),
  story('gateways/compromised-before', `/gateways/${idOf.gateway(4)}`, {
    answers: having(opened('2026-11-22T11:02:00.000Z')),
    steps: [button('Mark as compromised…')],
  }),
  story('gateways/compromised-error', `/gateways/${idOf.gateway(4)}`, { steps: [button('Mark as compromised…')] }),
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
  ...states('leases', { at: '/devices/leases', route: 'listLeases' }),
  story('leases/all', '/devices/leases', { steps: [{ click: { role: 'radio', name: 'All' } }] }),
  story('leases/huge', '/devices/leases', { answers: having(hugeOrganization) }),
  story('leases/panel', `/devices/leases/${idOf.lease(1)}`),
  story('devices/connection-panel', `/devices/connections/${idOf.connection(2)}`),
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
          text: allowed ? 'The role Backend gives it.' : 'Neither a role nor access for a time gives it.',
        },
        { rule: 'secret-bound', holds: true, text: 'The secret is bound to the present address.' },
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
  ...compromiseStories,
  ...deviceStories,
  ...organizationStories,
  ...storeStories,
  ...rotationStories,
  ...serviceAccountStories,
  ...supportStories,
]
