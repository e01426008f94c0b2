/** What a row of the list shows. */
import { IconAppWindow, IconX } from '@tabler/icons-react'
import type { LocalConnection } from '../../../shared/local-api.ts'
import type { Sample } from '../../data/traffic.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import type { Column } from '../../ui/data-grid.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Label } from '../../ui/label.tsx'
import { bytes } from '../../ui/numbers.ts'
import { Sparkline } from '../../ui/sparkline.tsx'
import { clockTime, fullTime } from '../../ui/time.ts'
import styles from './connections.module.css'
import { programOf } from './program.ts'

interface ColumnNeeds {
  readonly now: number
  /** The oldest first. */
  readonly samplesOf: (connection: LocalConnection) => readonly Sample[]
  /** When the access itself ends; null: it is renewed. */
  readonly accessEndOf: (connection: LocalConnection) => number | null
  readonly onEnd: (connection: LocalConnection) => void
}

export const connectionColumns = (needs: ColumnNeeds): readonly Column<LocalConnection>[] => [
  {
    id: 'program',
    header: text('connections.columnProgram'),
    width: 'minmax(160px, 2fr)',
    cell: (connection) => (
      <>
        <IconAppWindow size={16} stroke={1.75} className={styles['icon'] ?? ''} aria-hidden="true" />
        <span className={styles['program']} title={connection.caller?.program ?? ''}>
          {programOf(connection)}
        </span>
        {connection.caller ? (
          <span className="muted numbers" data-volatile>
            {text('connections.pid', { pid: String(connection.caller.pid) })}
          </span>
        ) : null}
      </>
    ),
  },
  {
    id: 'since',
    header: text('connections.columnSince'),
    width: '96px',
    cell: ({ openedAt }) => (
      <span className="numbers truncate" title={fullTime(openedAt)}>
        {clockTime(openedAt, needs.now)}
      </span>
    ),
  },
  {
    id: 'traffic',
    header: text('connections.columnTraffic'),
    width: '196px',
    cell: (connection) => <TrafficCell samples={needs.samplesOf(connection)} />,
  },
  {
    id: 'gateway',
    header: text('connections.columnGateway'),
    width: '128px',
    from: 740,
    cell: (connection) => {
      const roundTrip = connection.roundTripMs
      return (
        <>
          {cut(connection.gateway)}
          {roundTrip === null ? null : (
            <span className="muted numbers" data-volatile>
              {Math.round(roundTrip)} ms
            </span>
          )}
        </>
      )
    },
  },
  {
    id: 'lease',
    header: text('connections.columnLease'),
    width: '100px',
    from: 860,
    cell: (connection) => <LeaseLabel end={needs.accessEndOf(connection)} now={needs.now} />,
  },
  {
    id: 'end',
    header: text('connections.columnEnd'),
    quiet: true,
    width: '36px',
    align: 'end',
    cell: (connection, { tabIndex }) => (
      <IconButton
        aria-label={text('connections.endNamed', { program: programOf(connection) })}
        tabIndex={tabIndex}
        onClick={(event) => {
          event.stopPropagation()
          needs.onEnd(connection)
        }}
      >
        <IconX size={16} stroke={1.75} />
      </IconButton>
    ),
  },
]

const LeaseLabel = ({ end, now }: { readonly end: number | null; readonly now: number }) =>
  end === null ? (
    <Label>{text('connections.renews')}</Label>
  ) : (
    <Label tone="warn">{text('connections.ends', { time: clockTime(new Date(end).toISOString(), now) })}</Label>
  )

const TrafficCell = ({ samples }: { readonly samples: readonly Sample[] }) => {
  const last = samples.at(-1)
  return (
    <>
      <Sparkline lines={[samples.map(({ down }) => down), samples.map(({ up }) => up)]} />
      <span className={styles['rates']} data-volatile>
        <span>↓ {text('connections.perSecond', { amount: bytes(Math.round(last?.down ?? 0)) })}</span>
        <span>↑ {text('connections.perSecond', { amount: bytes(Math.round(last?.up ?? 0)) })}</span>
      </span>
    </>
  )
}
