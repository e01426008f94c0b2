/** The control links of the played API: what gateways say over them is kept, and what they are told goes to all. */
import { type ControlFromApi, controlFromGateway, type ControlFromGateway, type Revocation } from '@sallyport/protocol'
import type { WebSocket } from 'ws'

const HEARTBEAT = 200

export class PlayedLinks {
  readonly revocations: Revocation[] = []
  readonly hellos: ControlFromGateway[] = []
  readonly applied: number[] = []
  /** What else gateways said. */
  readonly said: ControlFromGateway[] = []
  readonly #open = new Set<WebSocket>()
  readonly #heartbeat: NodeJS.Timeout

  /** `trustBundle`: its number now. */
  constructor(trustBundle: () => number) {
    this.#heartbeat = setInterval(
      () => this.broadcast({ type: 'heartbeat', head: this.revocations.length, at: Date.now(), trustBundle: trustBundle() }),
      HEARTBEAT,
    )
  }

  readonly broadcast = (message: ControlFromApi): void => {
    for (const link of this.#open) link.send(JSON.stringify(message))
  }

  serve(link: WebSocket): void {
    link.on('close', () => this.#open.delete(link))
    link.on('message', (data: Buffer) => {
      const message = controlFromGateway.parse(JSON.parse(data.toString()))
      if (message.type === 'applied') this.applied.push(message.revocation)
      if (message.type === 'connections' || message.type === 'probed' || message.type === 'status') this.said.push(message)
      if (message.type === 'hello') this.#greet(link, message)
    })
  }

  revoke(subject: Revocation['subject'], code: string): number {
    const revocation = { number: this.revocations.length + 1, subject, code, at: Date.now() }
    this.revocations.push(revocation)
    this.broadcast({ type: 'revocations', revocations: [revocation] })
    return revocation.number
  }

  cut(): void {
    for (const link of this.#open) link.terminate()
  }

  close(): void {
    clearInterval(this.#heartbeat)
    this.cut()
  }

  /** What a gateway missed, or everything to one that begins. */
  #greet(link: WebSocket, hello: ControlFromGateway & { readonly type: 'hello' }): void {
    this.hellos.push(hello)
    const { revocations } = this
    const missed = hello.since === null ? [] : revocations.slice(hello.since)
    if (hello.since === null) link.send(JSON.stringify({ type: 'snapshot', head: revocations.length, revocations }))
    else if (missed.length > 0) link.send(JSON.stringify({ type: 'revocations', revocations: missed }))
    this.#open.add(link)
  }
}
