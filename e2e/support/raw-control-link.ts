/** A gateway's control link made of the wire formats alone, with a key that the test holds. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { controlFromApi, type ControlFromGateway, controlPaths, controlSubprotocols, signCall } from '@sallyport/protocol'
import { WebSocket } from 'ws'
import { type RawKey, toPem } from './raw-key.ts'

export interface RawControlLink {
  tell(message: ControlFromGateway): void
  close(): void
}

interface Parts {
  readonly origin: string
  readonly key: RawKey
  readonly certificates: readonly string[]
  /** PEM. */
  readonly ca: string | undefined
  /** Told that jobs wait. */
  readonly onJobs: () => void
}

/** Resolves when the API took it: once it sent the first message. */
export const openControlLink = async ({ origin, key, certificates, ca, onJobs }: Parts): Promise<RawControlLink> => {
  const target = `${origin}${controlPaths.gateway}`
  const call = { method: 'GET', targetUri: target, fields: {}, body: new Uint8Array() }
  const parameters = { nonce: new Uint8Array(randomBytes(16)), created: Math.floor(Date.now() / 1000) }
  const headers = await signCall(call, [{ label: 'gateway', signer: key.signer }], parameters)
  const own = { cert: toPem(certificates), key: key.pem, ...(ca === undefined ? {} : { ca }) }
  const socket = new WebSocket(target.replace(/^https:/, 'wss:'), [controlSubprotocols.gateway], { ...own, headers })
  const tell = (message: ControlFromGateway): void => socket.send(JSON.stringify(message))
  socket.on('message', (data: Buffer) => {
    const message = controlFromApi.parse(JSON.parse(data.toString()))
    if (message.type === 'probe') {
      const step = { step: 'name', ok: true, code: null, detail: '192.0.2.1', milliseconds: 1 } as const
      tell({ type: 'probed', id: message.id, steps: [step] })
    }
    if (message.type === 'jobs') onJobs()
    const last = message.type === 'revocations' ? message.revocations.at(-1) : undefined
    if (last !== undefined) tell({ type: 'applied', revocation: last.number })
  })
  await once(socket, 'open')
  const first = once(socket, 'message')
  tell({ type: 'hello', since: null, version: '0.0.0', trustBundle: 0 })
  await first
  return { tell, close: () => socket.terminate() }
}
