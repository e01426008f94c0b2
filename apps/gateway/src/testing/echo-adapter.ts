/** An adapter for tests: signs nobody in, records one query per chunk, and sends back what it got. */
import type { Adapter, AdapterConnection, ConnectionEnd, EndReason } from '../adapters/adapter.ts'

/** Sent as one chunk it ends the connection as if the resource had refused the credential. */
export const REFUSE = 'refuse the credential'

export interface EchoAdapter extends Adapter {
  /** What each connection was handed, newest last. */
  readonly connections: AdapterConnection[]
  /** Passwords that were opened. */
  readonly passwords: string[]
}

export const echoAdapter = (): EchoAdapter => {
  const connections: AdapterConnection[] = []
  const passwords: string[] = []

  const serve = async (connection: AdapterConnection): Promise<ConnectionEnd> => {
    connections.push(connection)
    const { client, activity, signal, now } = connection
    const { secret } = await connection.openCredential()
    if (secret.kind === 'password') passwords.push(secret.password.toString())
    const at = new Date(now()).toISOString()
    await activity.record({ kind: 'connection.opened', at, caller: null, upstreamId: null, database: null, application: null })
    let bytes = 0
    let reason = 'tool_closed'
    const onAbort = (): void => {
      const end = signal.reason as EndReason
      reason = end.code
      client.end(`\nended: ${end.code}\n`)
      client.resume()
    }
    signal.addEventListener('abort', onAbort)
    client.on('error', () => undefined)
    try {
      for await (const chunk of client as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (chunk.toString('latin1') === REFUSE) {
          reason = 'resource_sign_in_failed'
          break
        }
        const statement = { text: chunk.toString('latin1') }
        const outcome = { binds: [], bindsOmitted: 0, durationMs: 0, rows: null, error: null }
        await activity.record({ kind: 'query', form: 'simple', at, statement, ...outcome })
        if (client.writable) client.write(chunk)
      }
    } catch {
      reason = signal.aborted ? reason : 'failed'
    }
    return { reason, bytesUp: bytes, bytesDown: bytes }
  }
  const probe = { how: () => ({}), greet: () => Promise.resolve('It echoes.') }
  return { protocol: 'postgresql', serve, probe, connections, passwords }
}
