/** Who may ask by a rule, for how long, and how often more. */
import { NumberInput, Switch } from '@mantine/core'
import { MAX_ACCESS_DURATION } from '@sallyport/protocol/api'
import { text } from '../../texts/text.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import styles from './approvals.module.css'
import { ManyField } from './many-field.tsx'
import { type RulePart, Section } from './section.tsx'

export const RuleRequesters = ({ terms, names, change }: RulePart) => (
  <Section title={text('rules.sectionWho')}>
    <ManyField
      label={text('rules.requesters')}
      hint={text('rules.requestersHint')}
      kind="role"
      names={names}
      value={terms.requesters.roles}
      onChange={(roles) => change({ requesters: { roles } })}
    />
    <div className={styles['row']}>
      <DurationField
        label={text('rules.maxDuration')}
        value={terms.maxDuration}
        most={MAX_ACCESS_DURATION}
        also={terms.maxDuration}
        onChange={(value) => change({ maxDuration: Number(value) })}
      />
      <NumberInput
        label={text('rules.maxExtensions')}
        value={terms.maxExtensions}
        min={0}
        max={20}
        allowDecimal={false}
        onChange={(value) => change({ maxExtensions: Number(value) || 0 })}
      />
    </div>
    <p className="muted">{text('rules.maxExtensionsHint')}</p>
    <Switch
      label={text('rules.reasonRequired')}
      checked={terms.reasonRequired}
      onChange={(event) => change({ reasonRequired: event.currentTarget.checked })}
    />
  </Section>
)
