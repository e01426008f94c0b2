/** Who decides by a rule: how many, who, when, and who else when nobody does. */
import { NumberInput, Switch } from '@mantine/core'
import { text } from '../../texts/text.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import styles from './approvals.module.css'
import { PeopleField } from './people-field.tsx'
import { usualEscalation } from './rule-draft.ts'
import { type RulePart, Section } from './section.tsx'
import { WindowsField } from './windows-field.tsx'

const DAY = 86_400
const LONGEST_WAIT = 30 * DAY
const LONGEST_ESCALATION = 7 * DAY

export const RuleApprovals = ({ terms, names, change }: RulePart) => (
  <Section title={text('rules.sectionDecide')}>
    <div className={styles['row']}>
      <NumberInput
        label={text('rules.approvals')}
        value={terms.approvals}
        min={0}
        max={10}
        allowDecimal={false}
        onChange={(value) => change({ approvals: Number(value) || 0 })}
      />
      <DurationField
        label={text('rules.waitsFor')}
        value={terms.waitsFor}
        most={LONGEST_WAIT}
        also={terms.waitsFor}
        onChange={(value) => change({ waitsFor: Number(value) })}
      />
    </div>
    <p className="muted">{text('rules.approvalsHint')}</p>
    {terms.approvals > 0 ? (
      <>
        <PeopleField
          rolesLabel={text('rules.approverRoles')}
          usersLabel={text('rules.approverUsers')}
          names={names}
          value={terms.approvers}
          onChange={(approvers) => change({ approvers })}
        />
        <WindowsField windows={terms.windows} onChange={(windows) => change({ windows })} />
        <Escalation terms={terms} names={names} change={change} />
      </>
    ) : null}
  </Section>
)

const Escalation = ({ terms: { escalation }, names, change }: RulePart) => (
  <>
    <Switch
      label={text('rules.escalation')}
      checked={escalation !== null}
      onChange={(event) => change({ escalation: event.currentTarget.checked ? usualEscalation : null })}
    />
    {escalation ? (
      <div className={styles['nested']}>
        <div className={styles['narrow']}>
          <DurationField
            label={text('rules.escalationAfter')}
            value={escalation.after}
            most={LONGEST_ESCALATION}
            also={escalation.after}
            onChange={(value) => change({ escalation: { ...escalation, after: Number(value) } })}
          />
        </div>
        <PeopleField
          rolesLabel={text('rules.escalationRoles')}
          usersLabel={text('rules.escalationUsers')}
          names={names}
          value={escalation.approvers}
          onChange={(approvers) => change({ escalation: { ...escalation, approvers } })}
        />
      </div>
    ) : null}
  </>
)
