/** A link with a round trip, as a process of its own: arguments are the port it leads to, milliseconds, bytes per second. */
import { slowPipe } from '@sallyport/testkit'

const [port, roundTrip, bytesPerSecond] = process.argv.slice(2).map(Number)
const pipe = await slowPipe({
  target: { host: '127.0.0.1', port: port! },
  delayMs: roundTrip! / 2,
  bytesPerSecond: bytesPerSecond!,
})
process.stdout.write(`ready ${pipe.port}\n`)
process.once('SIGTERM', () => process.exit(0))
