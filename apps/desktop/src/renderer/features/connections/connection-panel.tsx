/** One connection: what it carries now, the way it takes, and who is behind it. */
import { Button } from '@mantine/core'
import { useMemo } from 'react'
import type { LocalConnection } from '../../../shared/local-api.ts'
import { titleOfName } from '../../data/credential.ts'
import { type Sample, traffic } from '../../data/traffic.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { LineChart } from '../../ui/line-chart.tsx'
import { bytes } from '../../ui/numbers.ts'
import { PanelSection, SidePanel } from '../../ui/side-panel.tsx'
import { clockTime, fullTime, useNow } from '../../ui/time.ts'
import styles from './connections.module.css'
import { Path } from './path.tsx'
import { programOf } from './program.ts'

interface ConnectionPanelProps {
  readonly connection: LocalConnection
  readonly onEnd: () => void
  readonly onClose: () => void
}

const rateText = (value: number): string => text('connections.perSecond', { amount: bytes(Math.round(value)) })

export const ConnectionPanel = ({ connection, onEnd, onClose }: ConnectionPanelProps) => {
  const samples = traffic.of(connection.id)
  return (
    <SidePanel title={programOf(connection)} subtitle={<ResourceLink name={connection.credential} />} onClose={onClose}>
      <PanelSection label={text('connections.traffic')}>
        <TrafficChart samples={samples} />
      </PanelSection>
      <PanelSection label={text('connections.path')}>
        <Path connection={connection} />
      </PanelSection>
      <PanelSection label={text('connections.details')}>
        <ConnectionFacts connection={connection} />
      </PanelSection>
      <PanelSection>
        <Button variant="default" color="bad" onClick={onEnd}>
          {text('connections.endOne')}
        </Button>
      </PanelSection>
    </SidePanel>
  )
}

/** To its resource, where it is still granted. */
const ResourceLink = ({ name }: { readonly name: string }) => {
  const { data } = useMethod('credentials', {})
  const credential = data?.items.find(({ granted }) => granted.name === name)
  return <a href={credential ? `#/resources/${credential.granted.credential}` : '#/resources'}>{titleOfName(name)}</a>
}

const ConnectionFacts = ({ connection }: { readonly connection: LocalConnection }) => {
  const now = useNow()
  const { caller, leaseExpiresAt } = connection
  const total = text('connections.totalText', { down: bytes(connection.bytesDown), up: bytes(connection.bytesUp) })
  const facts: readonly Fact[] = [
    ...(caller
      ? ([
          [text('connections.executable'), caller.program],
          [text('connections.account'), caller.user],
          [text('connections.process'), <span data-volatile>{String(caller.pid)}</span>],
        ] as const)
      : []),
    [text('connections.opened'), <span title={fullTime(connection.openedAt)}>{clockTime(connection.openedAt, now)}</span>],
    [text('connections.total'), <span data-volatile>{total}</span>],
    ...(leaseExpiresAt
      ? ([[text('connections.lease'), text('connections.leaseUntil', { time: clockTime(leaseExpiresAt, now) })]] as const)
      : []),
  ]
  return <Facts facts={facts} />
}

const TABLE_ROWS = 10

const TrafficChart = ({ samples }: { readonly samples: readonly Sample[] }) => {
  const data = useMemo(
    () => [samples.map(({ at }) => at / 1000), samples.map(({ down }) => down), samples.map(({ up }) => up)] as const,
    [samples],
  )
  const last = samples.at(-1)
  const label = text('connections.trafficText', {
    down: bytes(Math.round(last?.down ?? 0)),
    up: bytes(Math.round(last?.up ?? 0)),
  })
  return (
    <>
      <LineChart
        label={label}
        data={data}
        names={[text('connections.trafficIn'), text('connections.trafficOut')]}
        format={rateText}
      />
      <details>
        <summary className="muted">{text('connections.showTable')}</summary>
        <table className={styles['table']} data-volatile>
          <thead>
            <tr>
              <th scope="col">{text('connections.secondsAgo')}</th>
              <th scope="col">{text('connections.trafficIn')}</th>
              <th scope="col">{text('connections.trafficOut')}</th>
            </tr>
          </thead>
          <tbody className="numbers">
            {samples
              .slice(-TABLE_ROWS)
              .toReversed()
              .map(({ at, down, up }) => (
                <tr key={at}>
                  <td>{Math.round(((last?.at ?? at) - at) / 1000)}</td>
                  <td>{rateText(down)}</td>
                  <td>{rateText(up)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </details>
    </>
  )
}
