/** Tries to open a live socket of the API as a gateway or an agent does, with whatever keys one holds. */
import { randomBytes } from 'node:crypto'
import { type CallSigners, controlPaths, controlSubprotocols, signCall } from '@sallyport/protocol'
import { errorAnswer } from '@sallyport/protocol/api'
import { WebSocket } from 'ws'

interface Tried {
  readonly origin: string
  /** Which of the two. */
  readonly as: keyof typeof controlPaths
  readonly signers: CallSigners
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string }
}

/** `open`; the code of the refusal; `no connection`. */
export const tryUpgrade = async ({ origin, as, signers, tls }: Tried): Promise<string> => {
  const target = `${origin}${controlPaths[as]}`
  const call = { method: 'GET', targetUri: target, fields: {}, body: new Uint8Array() }
  const nonce = new Uint8Array(randomBytes(16))
  const headers = await signCall(call, signers, { nonce, created: Math.floor(Date.now() / 1000) })
  // tls-verification: whoever attacks does not care whom they ask
  const options = { ...tls, headers, rejectUnauthorized: false }
  const socket = new WebSocket(target.replace(/^https:/, 'wss:'), [controlSubprotocols[as]], options)
  return new Promise((resolve) => {
    socket.on('error', () => resolve('no connection'))
    socket.on('open', () => {
      resolve('open')
      socket.terminate()
    })
    socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(errorAnswer.parse(JSON.parse(Buffer.concat(chunks).toString())).error.code))
    })
  })
}
