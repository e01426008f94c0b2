/** TCP ports of 127.0.0.1, below those that the system hands out for outgoing connections (32768 and up on Linux). */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

const LOWEST = 20_000
const HIGHEST = 32_767
const ATTEMPTS = 200

/** True if a server can listen on this port of the address now. */
export const isPortFree = (port: number, address = '127.0.0.1'): Promise<boolean> =>
  new Promise((settle) => {
    const probe = createServer()
    probe.once('error', () => settle(false))
    probe.listen({ port, host: address, exclusive: true }, () => probe.close(() => settle(true)))
  })

/** A port from 20000 to 32767 on which nothing listened a moment ago. */
export const findFreePort = async (address = '127.0.0.1'): Promise<number> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1)
    if (await isPortFree(port, address)) return port
  }
  throw new Error(`no free TCP port found on ${address} between ${LOWEST} and ${HIGHEST}`)
}
