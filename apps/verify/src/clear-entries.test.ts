import { randomUUID } from 'node:crypto'
import { utf8 } from '@sallyport/protocol'
import { type AuditEntry, encodeAuditEntry, hidePersonalData } from '@sallyport/protocol/api'
import { expect, it } from 'vitest'
import { ClearEntries } from './clear-entries.ts'

const entryOf = (address: string | null): AuditEntry => ({
  version: 1,
  id: randomUUID(),
  organization: randomUUID(),
  type: 'site.created',
  at: 1_790_000_000_000,
  actor: { kind: 'user', id: randomUUID(), device: null, session: null, address },
  subject: null,
  details: {},
})

it('counts entries that name an address, and none in which it is sealed or absent', () => {
  const clear = new ClearEntries()
  clear.take(0, encodeAuditEntry(entryOf('192.0.2.1')))
  clear.take(1, encodeAuditEntry(entryOf(null)))
  clear.take(2, encodeAuditEntry(hidePersonalData(entryOf('192.0.2.1')).hidden))
  clear.take(3, encodeAuditEntry(entryOf('192.0.2.2')))
  clear.take(4, utf8('{}'))
  expect(clear.found).toEqual({ count: 2, last: 3 })
})
