/** The form of a rule: what may be asked for, who may ask, who decides, and what happens in an emergency. */
import { Button, NumberInput, Switch, TextInput } from '@mantine/core'
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import { type FormEvent, useState } from 'react'
import { useNames } from '../../data/names.ts'
import { text } from '../../texts/text.ts'
import { errorText } from '../../ui/error-text.ts'
import formStyles from '../../ui/form.module.css'
import styles from './approvals.module.css'
import { RuleApprovals } from './rule-approvals.tsx'
import { faultOf, type RuleFault } from './rule-draft.ts'
import { RuleEmergency } from './rule-emergency.tsx'
import { RuleRequesters } from './rule-requesters.tsx'
import { RuleSelects } from './rule-selects.tsx'
import { Section } from './section.tsx'

interface RuleFormProps {
  readonly initial: AccessRuleTerms
  readonly isNew?: boolean
  readonly busy: boolean
  readonly error: unknown
  readonly onSave: (terms: AccessRuleTerms) => void
}

const FAULTS = {
  name: 'rules.faultName',
  selects: 'rules.faultSelects',
  approvers: 'rules.faultApprovers',
  window: 'rules.faultWindow',
  escalation: 'rules.faultEscalation',
  responders: 'rules.faultResponders',
  reviewers: 'rules.faultReviewers',
} as const satisfies Readonly<Record<RuleFault, string>>

export const RuleForm = ({ initial, isNew = false, busy, error, onSave }: RuleFormProps) => {
  const [terms, setTerms] = useState(initial)
  const [fault, setFault] = useState<RuleFault | null>(null)
  const names = useNames()
  const change = (part: Partial<AccessRuleTerms>): void => {
    setFault(null)
    setTerms({ ...terms, ...part })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const wrong = faultOf(terms)
    setFault(wrong)
    if (wrong === null) onSave({ ...terms, name: terms.name.trim() })
  }
  const part = { terms, names, change }
  return (
    <form onSubmit={submit} noValidate>
      <div className={styles['rules']}>
        <Section>
          <div className={styles['row']}>
            <TextInput
              label={text('rules.name')}
              value={terms.name}
              error={fault === 'name'}
              maxLength={120}
              style={{ flex: '3 1 260px' }}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <NumberInput
              label={text('rules.priority')}
              value={terms.priority}
              min={1}
              max={1000}
              allowDecimal={false}
              onChange={(value) => change({ priority: Number(value) || 1 })}
            />
          </div>
          <p className="muted">
            {text('rules.explain')} {text('rules.priorityHint')}
          </p>
          <Switch
            label={text('rules.enabled')}
            description={text('rules.enabledHint')}
            checked={terms.enabled}
            onChange={(event) => change({ enabled: event.currentTarget.checked })}
          />
        </Section>
        <RuleSelects {...part} />
        <RuleRequesters {...part} />
        <RuleApprovals {...part} />
        <RuleEmergency {...part} />
      </div>
      <div className={styles['save']}>
        <Button type="submit" size="md" loading={busy}>
          {text(isNew ? 'rules.create' : 'rules.save')}
        </Button>
        <p role="alert" className={formStyles['failure']}>
          {fault ? text(FAULTS[fault]) : error ? errorText(error).message : ''}
        </p>
        {isNew || fault || error ? null : <p className="muted">{text('rules.changeNote')}</p>}
      </div>
    </form>
  )
}
