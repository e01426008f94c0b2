/** What may be asked for by a rule. */
import { Switch, TagsInput } from '@mantine/core'
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import { text } from '../../texts/text.ts'
import { ManyField } from './many-field.tsx'
import { type RulePart, Section } from './section.tsx'

const MOST_TAGS = 64

export const RuleSelects = ({ terms: { selects }, names, change }: RulePart) => {
  const select = (part: Partial<AccessRuleTerms['selects']>): void => change({ selects: { ...selects, ...part } })
  return (
    <Section title={text('rules.sectionWhat')}>
      <Switch
        label={text('rules.selectEverything')}
        checked={selects.everything}
        onChange={(event) => select({ everything: event.currentTarget.checked })}
      />
      {selects.everything ? null : (
        <>
          <TagsInput
            label={text('rules.tags')}
            description={text('rules.tagsHint')}
            value={selects.tags}
            maxTags={MOST_TAGS}
            onChange={(tags) => select({ tags })}
          />
          <ManyField
            label={text('rules.resources')}
            kind="resource"
            names={names}
            value={selects.resources}
            onChange={(resources) => select({ resources })}
          />
          <ManyField
            label={text('rules.credentials')}
            kind="credential"
            names={names}
            value={selects.credentials}
            onChange={(credentials) => select({ credentials })}
          />
        </>
      )}
    </Section>
  )
}
