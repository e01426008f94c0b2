/** What is measured, in this order: memory first, while no heap has grown from anything else. */
import { bulk, bulkOverLink } from './measurements/bulk.ts'
import { copyIn, copyOutNarrow, copyOutWide } from './measurements/copy.ts'
import { echoBesideBulk } from './measurements/echo.ts'
import { firstRow } from './measurements/first-row.ts'
import { idleProcesses } from './measurements/idle-process.ts'
import { idleStreams } from './measurements/idle-memory.ts'
import type { Measurement, Pace, RoundTrip } from './measurements/measurement.ts'
import { opens } from './measurements/opens.ts'
import { newConnections, queryMeasurements } from './measurements/queries.ts'
import { queryTimes } from './measurements/query-times.ts'
import type { PathName } from './paths/path.ts'
import { roundTrips } from './results/goals.ts'

const GIGABIT = 125_000_000

export interface Plan {
  readonly measurements: readonly Measurement[]
  readonly pace: Pace
  /** The whole run, milliseconds; setting up and ending come to it. */
  readonly limitMs: number
  /** Bytes that COPY loads at a time. */
  readonly loadBytes: number
}

const tunnels: readonly PathName[] = ['direct', 'ssh', 'stunnel', 'raw']
const forPeople: readonly PathName[] = ['direct', 'direct-tls', 'ssh', 'stunnel', 'raw', 'sallyport', 'sallyport-tls']
/** Those that put all connections onto one; the others would each get the whole link. */
const shared: readonly PathName[] = ['ssh', 'raw']

const overLink = (milliseconds: number): Measurement[] => {
  const link = (paths: readonly PathName[]): RoundTrip => ({ milliseconds, bytesPerSecond: GIGABIT, paths })
  return [bulkOverLink('down', link(tunnels)), bulkOverLink('up', link(tunnels)), firstRow(link(forPeople))]
}

const echoOverLink = (): Measurement =>
  echoBesideBulk({
    name: 'echo-20ms',
    title: 'Echo beside bulk on 100 Mbit/s and a round trip of 20 ms',
    roundTrip: { milliseconds: 20, bytesPerSecond: GIGABIT / 10, paths: shared },
  })

export const makePlan = ({ quick, loadFile }: { readonly quick: boolean; readonly loadFile: string }): Plan => ({
  limitMs: quick ? 75_000 : 390_000,
  pace: quick ? { rounds: 1, milliseconds: 400 } : { rounds: 3, milliseconds: 1000 },
  loadBytes: quick ? 50_000_000 : 250_000_000,
  measurements: [
    idleProcesses,
    idleStreams(quick ? 500 : 2000),
    bulk('down'),
    bulk('up'),
    copyOutWide,
    copyOutNarrow,
    copyIn(loadFile),
    ...queryMeasurements,
    queryTimes,
    // Before those that leave ten thousands of ended connections in the kernel's tables.
    firstRow(),
    newConnections,
    opens,
    echoBesideBulk({ name: 'echo', title: 'Echo beside bulk on loopback' }),
    ...roundTrips.filter((milliseconds) => !quick || milliseconds === 50).flatMap(overLink),
    echoOverLink(),
  ],
})
