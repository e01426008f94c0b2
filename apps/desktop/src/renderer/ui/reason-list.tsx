/** What was looked at before somebody was let in or refused, each with whether it holds. */
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { text } from '../texts/text.ts'
import styles from './reason-list.module.css'
import { Status } from './status.tsx'

type Reasons = ResponseOf<RouteOf<'explainAccess'>>['reasons']

export const ReasonList = ({ reasons }: { readonly reasons: Reasons }) => (
  <ul>
    {reasons.map(({ rule, holds, text: words }) => (
      <li key={rule} className={styles['reason']}>
        <Status kind={holds ? 'ready' : 'failed'}>
          <span className="visually-hidden">{text(holds ? 'reach.holds' : 'reach.holdsNot')}</span>
        </Status>
        <span className="selectable">{words}</span>
      </li>
    ))}
  </ul>
)
