/** Who may open access at once, and who looks at it afterwards. */
import { Switch } from '@mantine/core'
import { type AccessRuleTerms, MAX_ACCESS_DURATION } from '@sallyport/protocol/api'
import { text } from '../../texts/text.ts'
import { DurationField } from '../../ui/duration-field.tsx'
import styles from './approvals.module.css'
import { PeopleField } from './people-field.tsx'
import { usualEmergency } from './rule-draft.ts'
import { type RulePart, Section } from './section.tsx'

const LONGEST_REVIEW = 30 * 86_400

export const RuleEmergency = ({ terms: { emergency }, names, change }: RulePart) => {
  const set = (part: Partial<NonNullable<AccessRuleTerms['emergency']>>): void =>
    change({ emergency: { ...(emergency ?? usualEmergency), ...part } })
  return (
    <Section title={text('rules.sectionEmergency')}>
      <Switch
        label={text('rules.emergency')}
        description={text('rules.emergencyHint')}
        checked={emergency !== null}
        onChange={(event) => change({ emergency: event.currentTarget.checked ? usualEmergency : null })}
      />
      {emergency ? (
        <div className={styles['nested']}>
          <PeopleField
            rolesLabel={text('rules.responderRoles')}
            usersLabel={text('rules.responderUsers')}
            names={names}
            value={emergency.responders}
            onChange={(responders) => set({ responders })}
          />
          <PeopleField
            rolesLabel={text('rules.reviewerRoles')}
            usersLabel={text('rules.reviewerUsers')}
            names={names}
            value={emergency.reviewers}
            onChange={(reviewers) => set({ reviewers })}
          />
          <div className={styles['row']}>
            <DurationField
              label={text('rules.emergencyMost')}
              value={emergency.maxDuration}
              most={MAX_ACCESS_DURATION}
              also={emergency.maxDuration}
              onChange={(value) => set({ maxDuration: Number(value) })}
            />
            <DurationField
              label={text('rules.reviewWithin')}
              value={emergency.reviewWithin}
              most={LONGEST_REVIEW}
              also={emergency.reviewWithin}
              onChange={(value) => set({ reviewWithin: Number(value) })}
            />
          </div>
        </div>
      ) : null}
    </Section>
  )
}
