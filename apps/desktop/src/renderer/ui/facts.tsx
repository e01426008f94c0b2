/** Names and values below one another. */
import type { ReactNode } from 'react'
import styles from './facts.module.css'

export type Fact = readonly [name: string, value: ReactNode]

export const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl className={styles['facts']}>
    {facts.map(([name, value]) => (
      <div key={name} style={{ display: 'contents' }}>
        <dt className={styles['name']}>{name}</dt>
        <dd className={`${styles['value'] ?? ''} selectable numbers`}>{value}</dd>
      </div>
    ))}
  </dl>
)
