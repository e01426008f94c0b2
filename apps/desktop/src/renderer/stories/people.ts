/** Who is signed in, on what, and where: what the frame shows in every story. */
import { permissions as allPermissions, type Permission } from '@sallyport/protocol/api'
import type { HostFacts } from '../../shared/app-api.ts'
import type { AgentStatus } from '../../shared/local-api.ts'
import { usualPreferences } from '../../shared/preferences.ts'
import { type Answers, methods, routes } from './answers.ts'

/** A UUID that tells what it stands for: kind and number. */
export const id = (kind: number, number = 1): string =>
  `00000000-0000-4000-8000-${String(kind).padStart(4, '0')}${String(number).padStart(8, '0')}`

export const ada = { id: id(1), email: 'ada@acme.example', firstName: 'Ada', lastName: 'Lovelace' }
const organization = { id: id(9), slug: 'acme', name: 'Acme' }

export const hostFacts: HostFacts = {
  kind: 'electron',
  platform: 'linux',
  version: '0.1.0',
  components: { electron: '45.4.1', chromium: '156.0.0.0', node: '24.21.0' },
  capabilities: [
    'open-in',
    'save-file',
    'choose-program',
    'start-at-login',
    'tray',
    'notifications',
    'start-agent',
    'screen-lock',
  ],
  titleBar: { left: 0, right: 0 },
  deviceName: 'ada-workstation',
}

/** The same in a browser, which has no dialogs of the system's. */
export const inBrowser: HostFacts = { ...hostFacts, kind: 'loopback', capabilities: ['open-in'] }

export const signedIn: AgentStatus = {
  version: '0.1.0',
  profile: 'default',
  pid: 4121,
  state: 'signed-in',
  ended: null,
  keyStorage: 'keychain',
  api: { origin: 'https://sallyport.acme.example', reachable: true },
  organization,
  user: ada,
  device: id(2),
  session: { id: id(3), expiresAt: '2026-11-22T22:40:00.000Z', certificateExpiresAt: '2026-11-22T15:00:00.000Z' },
  gateways: [
    { id: id(4), name: 'eu-1', sites: [id(22)], connected: true, roundTripMs: 18.4 },
    { id: id(4, 2), name: 'eu-2', sites: [id(22)], connected: true, roundTripMs: 24.9 },
  ],
  connections: 3,
}

/** Who is signed in, and what they may do. */
export const me = (permissions: readonly Permission[]): Answers =>
  routes({
    getMe: {
      user: {
        ...ada,
        status: 'active',
        roles: [{ id: id(5), name: 'Backend' }],
        createdAt: '2026-03-02T09:00:00.000Z',
        lastSignInAt: '2026-11-22T10:40:00.000Z',
      },
      organization: {
        ...organization,
        trustDomain: 'acme.example',
        settings: {
          sessionLifetime: 43_200,
          sessionIdleLimit: 14_400,
          leaseLifetime: 300,
          newDevices: 'approve',
          ports: { first: 15_000, last: 19_999 },
          activityRetentionDays: 365,
        },
      },
      session: {
        id: id(3),
        user: ada.id,
        device: id(2),
        label: 'k3v9x2ab',
        status: 'active',
        createdAt: '2026-11-22T10:40:00.000Z',
        expiresAt: '2026-11-22T22:40:00.000Z',
        lastUsedAt: '2026-11-22T14:04:00.000Z',
        address: '192.0.2.10',
      },
      device: {
        id: id(2),
        user: ada.id,
        facts: {
          name: 'ada-workstation',
          platform: 'linux',
          osVersion: 'Debian 12',
          clientVersion: '0.1.0',
          keyStorage: 'keychain',
        },
        status: 'active',
        enrolledAt: '2026-03-02T09:05:00.000Z',
        lastSeenAt: '2026-11-22T14:04:00.000Z',
      },
      permissions: [...permissions],
    },
  })

/** The frame of somebody who may do everything. */
export const asAdministrator: Answers = {
  ...methods({
    host: hostFacts,
    status: signedIn,
    lockState: { locked: false },
    credentials: { items: [] },
    connections: { items: [] },
    preferences: usualPreferences,
    setPreferences: usualPreferences,
  }),
  ...routes({ listAlerts: { items: [], next: null } }),
  ...me(allPermissions),
}

/** The frame of somebody with these permissions only; without any: of an ordinary user. */
export const asUser = (...permissions: readonly Permission[]): Answers => ({ ...asAdministrator, ...me(permissions) })
