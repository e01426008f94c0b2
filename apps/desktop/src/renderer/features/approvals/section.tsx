/** A part of the form of a rule. */
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import type { ReactNode } from 'react'
import type { Names } from '../../data/names.ts'
import styles from './approvals.module.css'

/** What each part of the form works on. */
export interface RulePart {
  readonly terms: AccessRuleTerms
  readonly names: Names
  readonly change: (part: Partial<AccessRuleTerms>) => void
}

export const Section = ({ title, children }: { readonly title?: string; readonly children: ReactNode }) => (
  <section className={styles['fields']}>
    {title ? <h2 className={styles['heading']}>{title}</h2> : null}
    {children}
  </section>
)
