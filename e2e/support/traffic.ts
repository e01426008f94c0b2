/** People's tools at work: statements that can be told apart, and which of them the tools saw completed. */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

export interface Traffic {
  /** Before it began, RFC 3339; well before, because clocks are set back. */
  readonly since: string
  /** Marks of the statements that completed, in the order in which the tools learnt of it. */
  readonly completed: readonly string[]
  /** Statements that were sent and not answered yet. */
  readonly pending: number
  /** Resolves when every tool has ended: by {@link finish}, or because its connection was lost. Why, for each that was. */
  readonly ended: Promise<readonly unknown[]>
  /** Lets each tool complete its statement and leave. */
  finish(): Promise<readonly unknown[]>
}

export interface TrafficOptions {
  readonly tools: number
  readonly padding?: number
  readonly pause?: number
}

let started = 0

/**
 * `tools` connections that send one statement after the other. Every other statement binds its mark, the others hold it in their
 * text. `padding`: characters on top of each; `pause`: milliseconds between them, none by default.
 */
export const startTraffic = async (connection: string, { tools, padding = 0, pause = 0 }: TrafficOptions): Promise<Traffic> => {
  const name = `traffic-${(started += 1)}`
  const since = new Date(Date.now() - 60_000).toISOString()
  const completed: string[] = []
  const failures: unknown[] = []
  let isFinishing = false
  let pending = 0
  const filler = 'x'.repeat(padding)
  const work = async (client: pg.Client, tool: number): Promise<void> => {
    for (let turn = 0; !isFinishing; turn += 1) {
      const mark = `${name}-${tool}-${turn}.`
      pending += 1
      if (turn % 2 === 0) await client.query(`select '${mark}', length('${filler}')`)
      else await client.query(`select $1::text, length('${filler}')`, [mark])
      pending -= 1
      completed.push(mark)
      if (pause > 0) await delay(pause)
    }
    await client.end()
  }
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: connection })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  const clients = await Promise.all(Array.from({ length: tools }, connect))
  const ended = Promise.all(
    clients.map((client, tool) => work(client, tool).catch((error: unknown) => void failures.push(error))),
  ).then(() => failures)
  return {
    since,
    completed,
    get pending() {
      return pending
    },
    ended,
    finish: () => {
      isFinishing = true
      return ended
    },
  }
}

/** The mark in a recorded statement, in its text or in its bind values; null for others. */
export const markIn = (activity: unknown): string | null => /traffic-\d+-\d+-\d+\./.exec(JSON.stringify(activity))?.[0] ?? null
