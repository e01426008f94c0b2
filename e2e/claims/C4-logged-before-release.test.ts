/**
 * C4. Every unlock is written, before the key is released, to an append-only log that the API's own administrators cannot
 * rewrite.
 *
 * The attacker stops the log, or takes its right to write; stops the unlock log, which belongs to somebody else, or has the login
 * by which it is written; has the login of the API, of the vault or of the log to the database; or has taken over API and vault, and answers a gateway with a credential that the log knows nothing about. Without
 * the log's own receipt for just this unlock nothing may be opened.
 */
import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { join } from 'node:path'
import {
  fromBase64url,
  type LeaseAnswer,
  parseStatement,
  receipt,
  type Receipt,
  type Signer,
  signStatement,
  toBase64url,
  utf8,
  verifyStatement,
} from '@sallyport/protocol'
import { auditEntry, auditLeafHash } from '@sallyport/protocol/api'
import { type Gateway, startUnlockLog, Testbed, type UnlockLogDatabase } from '@sallyport/testbed'
import { makeTemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { centralSql } from '../support/central-sql.ts'
import { exportLog, verifyExport, writeLogExport } from '../support/export-log.ts'
import { type LyingApi, startLyingApi } from '../support/lying-api.ts'
import { RawClient } from '../support/raw-client.ts'
import { openStream, queryPostgres, refusalOf, startPostgres } from '../support/raw-stream.ts'

let testbed: Testbed
let unlockLog: UnlockLogDatabase
let auditor: RawClient
let person: RawClient
let lying: LyingApi
/** Its API was taken over. */
let deceived: Gateway

const superuser = (): string => testbed.central.database!.url('superuser')

/** Opens a connection with a ticket of its own; the code of the refusal, or null when the shop answered. */
const connect = async (port: number): Promise<string | null> => {
  const entry = await person.gateway(port)
  const mux = await person.dialGateway(entry)
  try {
    const ticket = await person.makeTicket({ gateway: entry.id, credential: testbed.database.credentials['read-only']! })
    const { stream, answer } = await openStream(mux, { type: 'open', ticket: ticket.text, share: ticket.share, caller: null })
    const refusal = refusalOf(answer)
    if (refusal !== null) return refusal
    await startPostgres(stream, testbed.shop.database)
    expect(await queryPostgres(stream, 'select 1')).toBe('1')
    return null
  } finally {
    mux.close()
  }
}

/** Unlocks of which the log knows, by their lease. */
const loggedUnlocks = async () => {
  const { items } = await auditor.call('listAuditEntries', { query: { type: 'unlock.granted', limit: 500 } })
  return items.map(({ index, leaf, entry }) => ({ index, leaf, entry: auditEntry.parse(entry) }))
}

const liveLeases = async (): Promise<number> =>
  (await centralSql(superuser(), 'select 1 from leases where ended_at is null and expires_at > now()')).length

beforeAll(async () => {
  unlockLog = await startUnlockLog()
  ;[testbed, lying] = await Promise.all([
    Testbed.start({ roles: 'apart', logEnvironment: { SALLYPORT_UNLOCK_LOG: unlockLog.url } }),
    startLyingApi(),
  ])
  auditor = await RawClient.enrol((await testbed.invite('auditor', { roles: ['auditor'] })).invitation)
  person = await RawClient.enrol((await testbed.invite('reader', { roles: ['shop: everything'] })).invitation)
  const joined = await testbed.addGateway()
  await joined.stop()
  const replica = await testbed.central.addReplica({ SALLYPORT_GATEWAY_ORIGIN: lying.origin })
  await lying.winOver(joined.state, replica.gatewayOrigin)
  deceived = await testbed.restartGateway(joined)
})
afterAll(async () => {
  auditor?.close()
  person?.close()
  await lying?.close()
  await testbed?.stop()
  await unlockLog?.dispose()
})

describe('a gateway whose API lies', () => {
  const ed25519 = generateKeyPairSync('ed25519')
  const ownSigner: Signer = {
    algorithm: 'ed25519',
    publicKey: new Uint8Array(ed25519.publicKey.export({ type: 'spki', format: 'der' })),
    sign: (data) => Promise.resolve(new Uint8Array(sign(null, data, ed25519.privateKey))),
  }
  const payloadOf = (honest: LeaseAnswer): Receipt => parseStatement(receipt, honest.receipt).payload
  const withPayload = (text: string, payload: unknown): string =>
    [toBase64url(utf8(JSON.stringify(payload))), ...text.split('.').slice(1)].join('.')

  it('opens what the log has proven', async () => {
    expect(await connect(deceived.port)).toBeNull()
    expect(lying.answers).toHaveLength(1)
  })

  const lies: Readonly<Record<string, (honest: LeaseAnswer) => LeaseAnswer | Promise<LeaseAnswer>>> = {
    'no receipt': (honest) => ({ ...honest, receipt: '' }),
    'something else for a receipt': (honest) => ({ ...honest, receipt: toBase64url(randomBytes(64)) }),
    'a receipt for just this unlock, signed by the API itself': async (honest) => ({
      ...honest,
      receipt: await signStatement(receipt, payloadOf(honest), [ownSigner]),
    }),
    'the receipt of another unlock': (honest) => ({ ...honest, receipt: lying.answers[0]!.receipt }),
    'a receipt with another lease': (honest) => ({
      ...honest,
      receipt: withPayload(honest.receipt, { ...payloadOf(honest), lease: randomUUID() }),
    }),
    'a receipt with another number': (honest) => ({
      ...honest,
      receipt: withPayload(honest.receipt, { ...payloadOf(honest), index: payloadOf(honest).index + 1 }),
    }),
    'a receipt with one other bit in its signature': (honest) => {
      const [payload, signature] = honest.receipt.split('.')
      const bytes = Buffer.from(fromBase64url(signature!))
      bytes[10]! ^= 1
      return { ...honest, receipt: `${payload}.${bytes.toString('base64url')}` }
    },
  }
  it.each(Object.entries(lies))('opens nothing with %s', async (_name, lie) => {
    lying.tamper = lie
    expect(await connect(deceived.port)).toBe('receipt_invalid')
    lying.tamper = null
    expect(await connect(deceived.port)).toBeNull()
  })

  it('opens nothing with a lease that was made to fit the receipt of another', async () => {
    const earlier = lying.answers[0]!
    lying.tamper = (honest) => ({
      ...honest,
      binding: { ...honest.binding, lease: earlier.binding.lease },
      receipt: earlier.receipt,
    })
    expect(await connect(deceived.port)).toBe('unseal_failed')
    // Nor with a whole answer of before.
    lying.tamper = () => earlier
    expect(await connect(deceived.port)).toMatch(/^(unseal_failed|lease_ended|lease_revoked)$/)
    lying.tamper = null
    expect(await connect(deceived.port)).toBeNull()
  })
})

describe('every unlock', () => {
  it('is in the log before it is answered', async () => {
    const select = 'select 1 from audit_entries where organization_id = $1 and index = $2 and id = $3'
    const found: number[] = []
    lying.tamper = async (honest) => {
      const { organization, index, lease } = parseStatement(receipt, honest.receipt).payload
      found.push((await centralSql(superuser(), select, [organization, index, lease])).length)
      return honest
    }
    expect(await connect(deceived.port)).toBeNull()
    lying.tamper = null
    expect(found).toEqual([1])
  })

  it('is in the log once, where its receipt says', async () => {
    for (const { binding, receipt: text } of lying.answers) {
      const keys = person.trust.receiptKeys.map(({ publicKey }) => fromBase64url(publicKey))
      const proofs = await Promise.allSettled(keys.map((key) => verifyStatement(receipt, text, [key])))
      expect(proofs.some(({ status }) => status === 'fulfilled')).toBe(true)
      const proof = parseStatement(receipt, text).payload
      const found = (await loggedUnlocks()).filter(({ entry }) => entry.details['lease'] === binding.lease)
      expect(found).toHaveLength(1)
      const [{ index, leaf, entry }] = found as [(typeof found)[number]]
      expect({ index, leaf }).toEqual({ index: proof.index, leaf: proof.leaf })
      // What is personal is hashed as it is kept: encrypted.
      const { entry: kept } = await auditor.call('proveLogEntry', { parameters: { entry: entry.id } })
      expect(toBase64url(await auditLeafHash(utf8(kept)))).toBe(leaf)
      expect(entry).toMatchObject({
        actor: { kind: 'user', id: person.user, device: person.device, session: person.session },
        subject: { kind: 'credential', id: binding.credential },
        details: { gateway: binding.gateway, secret: binding.secret, secretVersion: binding.secretVersion },
      })
      expect(proof).toMatchObject({ lease: binding.lease, gateway: binding.gateway, session: binding.session })
    }
    const leases = await centralSql<{ id: string }>(superuser(), 'select id from leases')
    const logged = (await loggedUnlocks()).map(({ entry }) => entry.details['lease'])
    expect(new Set(logged)).toEqual(new Set(leases.map(({ id }) => id)))
    expect(logged).toHaveLength(leases.length)
    expect(logged.length).toBeGreaterThanOrEqual(lying.answers.length)
  })
})

describe('a log that was stopped', () => {
  const port = (): number => testbed.gateways[0]!.port

  it('stops unlocks, and nothing is leased meanwhile', async () => {
    expect(await connect(port())).toBeNull()
    const [before, known] = [await liveLeases(), (await loggedUnlocks()).length]
    const { rolesApart } = testbed.central
    rolesApart!.programs.log.kill('SIGKILL')
    await rolesApart!.programs.log.exited
    expect(await connect(port())).toBe('log_unavailable')
    expect(await connect(port())).toBe('log_unavailable')
    expect(await liveLeases()).toBeLessThanOrEqual(before)
    await rolesApart!.restart('log')
    expect((await loggedUnlocks()).length).toBe(known)
    expect(await connect(port())).toBeNull()
    expect((await loggedUnlocks()).length).toBe(known + 1)
  })

  it('stops them also when it runs and may not write', async () => {
    await centralSql(superuser(), 'revoke insert on audit_entries from sallyport_log')
    try {
      expect(await connect(port())).toBe('log_unavailable')
    } finally {
      await centralSql(superuser(), 'grant insert on audit_entries to sallyport_log')
    }
    expect(await connect(port())).toBeNull()
  })
})

describe('the unlock log, in a database of somebody else', () => {
  const port = (): number => testbed.gateways[0]!.port
  const written = async (): Promise<string[]> => {
    const rows = await centralSql<{ id: string; entry: Buffer }>(
      unlockLog.ownerUrl,
      'select id, entry from sallyport_unlock_log.unlocks',
    )
    return rows.map(({ entry }) => entry.toString('utf8'))
  }

  it('has each unlock before anybody numbered it, to the byte as the log has it', async () => {
    await centralSql(superuser(), 'revoke insert on audit_entries from sallyport_log')
    const before = await written()
    try {
      expect(await connect(port())).toBe('log_unavailable')
    } finally {
      await centralSql(superuser(), 'grant insert on audit_entries to sallyport_log')
    }
    expect(await written()).toHaveLength(before.length + 1)
    expect(await connect(port())).toBeNull()
    const entries = await centralSql<{ entry: Buffer }>(
      superuser(),
      "select entry from audit_entries where type = 'unlock.granted'",
    )
    expect(await written()).toEqual(expect.arrayContaining(entries.map(({ entry }) => entry.toString('utf8'))))
  })

  it('stops unlocks when it is stopped, or takes no more, and nothing is numbered meanwhile', async () => {
    const known = (await loggedUnlocks()).length
    await unlockLog.stop()
    expect(await connect(port())).toBe('unlock_log_unavailable')
    await unlockLog.start()
    expect(await connect(port())).toBeNull()
    await centralSql(unlockLog.ownerUrl, 'revoke insert on sallyport_unlock_log.unlocks from unlocks')
    await centralSql(unlockLog.ownerUrl, 'revoke usage on schema sallyport_unlock_log from unlocks')
    expect(await connect(port())).toBe('unlock_log_unavailable')
    await centralSql(unlockLog.ownerUrl, 'grant usage on schema sallyport_unlock_log to unlocks')
    await centralSql(
      unlockLog.ownerUrl,
      'grant insert (organization_id, id, digest, at, entry) on sallyport_unlock_log.unlocks to unlocks',
    )
    expect((await loggedUnlocks()).length).toBe(known + 1)
    expect(await connect(port())).toBeNull()
  })

  it('is neither read nor changed by the login that writes it', async () => {
    for (const statement of [
      'select * from sallyport_unlock_log.unlocks',
      'update sallyport_unlock_log.unlocks set at = now()',
      'delete from sallyport_unlock_log.unlocks',
      'drop table sallyport_unlock_log.unlocks',
    ]) {
      await expect(centralSql(unlockLog.url, statement), statement).rejects.toThrow(/permission denied|must be owner/)
    }
  })
})

describe('the log as it lies in the database', () => {
  it('is changed by no login of a program, and added to by that of the log alone', async () => {
    const database = testbed.central.database!
    const changes = [
      `update audit_entries set type = 'sign-in.succeeded'`,
      'delete from audit_entries',
      'truncate audit_entries',
      'drop table audit_entries',
      'alter table audit_entries disable row level security',
    ]
    const [{ count: before }] = (await centralSql<{ count: string }>(superuser(), 'select count(*) from audit_entries')) as [
      { count: string },
    ]
    for (const role of ['api', 'vault', 'log'] as const) {
      for (const change of changes) {
        await expect(centralSql(database.url(role), change), `${role}: ${change}`).rejects.toThrow(
          /permission denied|must be owner/,
        )
      }
    }
    for (const role of ['api', 'vault'] as const) {
      const forged = 'insert into audit_entries (organization_id) select organization_id from audit_entries'
      await expect(centralSql(database.url(role), forged), role).rejects.toThrow('permission denied')
      await expect(centralSql(database.url(role), 'select * from receipt_keys'), role).rejects.toThrow('permission denied')
    }
    const after = await centralSql<{ count: string }>(superuser(), 'select count(*) from audit_entries')
    expect(Number(after[0]!.count)).toBeGreaterThanOrEqual(Number(before))
  })

  it('is rewritten or cut by the superuser, and the verifier tells which entry', async () => {
    expect(await connect(testbed.gateways[0]!.port)).toBeNull()
    const { size, note } = await waitFor(
      async () => {
        const log = await auditor.call('getLog')
        return log.checkpoint !== null && log.checkpoint.size === log.size && log.checkpoint
      },
      { description: 'the head to be signed' },
    )
    const folder = await makeTemporaryDirectory()
    /** What the verifier says of the log as the database has it now. */
    const verdict = async (): Promise<readonly string[]> => {
      const file = join(folder.path, randomUUID())
      const shown = await exportLog(auditor, { size, note })
      await writeLogExport(file, shown)
      return (await verifyExport(file, '--key', shown.key)).wrong
    }
    const index = `organization_id = (select organization_id from audit_logs order by size desc limit 1) and index`
    const unlock = `${index} = (select index from audit_entries where type = 'unlock.granted' order by index limit 1)`
    const select = `select index::int, entry from audit_entries where ${unlock}`
    const [found] = (await centralSql<{ index: number; entry: Buffer }>(superuser(), select)) as [
      { index: number; entry: Buffer },
    ]
    expect(await verdict()).toEqual([])

    const hidden = Buffer.from(found.entry.toString('utf8').replaceAll(person.user, randomUUID()))
    await centralSql(superuser(), `update audit_entries set entry = $1 where ${unlock}`, [hidden])
    expect(await verdict()).toEqual([`entry-changed ${found.index}`])
    await centralSql(superuser(), `update audit_entries set entry = $1 where ${unlock}`, [found.entry])

    await centralSql(superuser(), `delete from audit_entries where ${index} = ${size - 1}`)
    expect(await verdict()).toContain(`entry-missing ${size - 1}`)
    await folder.remove()
  })
})
