/** What a change will do, in counts and names. */
import type { Impact } from '@sallyport/protocol/api'
import type { ReactNode } from 'react'
import { titleOfName } from '../../../data/credential.ts'
import { text } from '../../../texts/text.ts'
import { Status, type StatusKind } from '../../../ui/status.tsx'
import styles from './change.module.css'

/** Names beyond these are only counted. */
const SHOWN = 5

const namesOf = <Item,>(items: readonly Item[], total: number, nameOf: (item: Item) => string): string => {
  const names = items.slice(0, SHOWN).map(nameOf)
  const more = total - names.length
  return more > 0 ? text('admin.andMore', { names: names.join(', '), count: more }) : names.join(', ')
}

const personName = ({ firstName, lastName }: Impact['losing']['items'][number]): string => `${firstName} ${lastName}`

/** Whether anything at all comes of it. */
const isNothing = ({ losing, gaining, connections, leases, unbound }: Impact): boolean =>
  losing.count + gaining.count + connections.count + leases + unbound.count === 0

export const ImpactView = ({ impact }: { readonly impact: Impact }) => {
  const { losing, gaining, connections, leases, unbound } = impact
  return (
    <div className={styles['impact']} role="group" aria-label={text('admin.impact')}>
      {isNothing(impact) ? <Line kind="off" fact={text('admin.affectsNobody')} /> : null}
      {losing.count > 0 ? (
        <Line kind="failed" fact={text('admin.losing', { count: losing.count })}>
          {namesOf(losing.items, losing.count, personName)}
        </Line>
      ) : null}
      {gaining.count > 0 ? (
        <Line kind="ready" fact={text('admin.gaining', { count: gaining.count })}>
          {namesOf(gaining.items, gaining.count, personName)}
        </Line>
      ) : null}
      {connections.count > 0 ? (
        <Line kind="ending" fact={text('admin.connectionsEnd', { count: connections.count })}>
          {namesOf(connections.items, connections.count, ({ name }) => titleOfName(name))}
        </Line>
      ) : null}
      {leases > 0 && connections.count === 0 ? <Line kind="ending" fact={text('admin.leasesEnd', { count: leases })} /> : null}
      {unbound.count > 0 ? (
        <Line kind="locked" fact={text('admin.unbound', { count: unbound.count })}>
          {namesOf(unbound.items, unbound.count, ({ name }) => titleOfName(name))}
        </Line>
      ) : null}
      {impact.complete ? null : <p className="muted">{text('admin.incomplete')}</p>}
    </div>
  )
}

interface LineProps {
  readonly kind: StatusKind
  readonly fact: string
  readonly children?: ReactNode
}

const Line = ({ kind, fact, children }: LineProps) => (
  <div className={styles['line']}>
    <Status kind={kind}>
      <strong>{fact}</strong>
    </Status>
    {children ? <p className={styles['names']}>{children}</p> : null}
  </div>
)
