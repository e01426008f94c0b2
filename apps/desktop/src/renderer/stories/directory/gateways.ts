/** Gateways of a small organization. */
import type { ItemOf } from '../../data/use-route.ts'
import { id } from '../people.ts'
import { GATEWAY, SITE } from './kinds.ts'

type Gateway = ItemOf<'listGateways'>

const gateway = (number: number, part: Partial<Gateway>): Gateway => ({
  id: id(GATEWAY, number),
  name: `eu-${number}`,
  kind: 'gateway',
  sites: [id(SITE, 1)],
  address: { host: `eu-${number}.gateway.acme.example`, port: 8443 },
  status: 'joined',
  connected: true,
  version: '0.4.0',
  load: {
    at: '2026-11-22T14:04:50.000Z',
    sessions: 21 * number,
    connections: 34 * number,
    spoolBytes: 18_400,
    residentBytes: 148_000_000,
    processorShare: 0.18 * number,
  },
  lastSeenAt: '2026-11-22T14:04:50.000Z',
  certificateExpiresAt: '2026-11-23T10:00:00.000Z',
  ...part,
})

export const gateways: readonly Gateway[] = [
  gateway(1, {}),
  gateway(2, { version: '0.3.2' }),
  gateway(3, {
    name: 'us-1',
    kind: 'relay',
    sites: [id(SITE, 2)],
    address: null,
    connected: false,
    load: null,
    lastSeenAt: '2026-11-22T11:20:00.000Z',
  }),
  gateway(5, {
    name: 'plant-1',
    kind: 'relay',
    sites: [id(SITE, 2)],
    address: null,
    load: { ...gateway(1, {}).load!, uplinks: [id(GATEWAY, 1), id(GATEWAY, 2)] },
  }),
  gateway(4, {
    name: 'old-1',
    status: 'revoked',
    connected: false,
    version: '0.1.0',
    load: null,
    lastSeenAt: '2026-05-02T11:20:00.000Z',
    certificateExpiresAt: null,
  }),
]
