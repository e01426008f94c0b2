/** What a rule says, for those who may read and not change it. */
import type { AccessRule, People } from '@sallyport/protocol/api'
import { timeSpan } from '../../data/access-request.ts'
import { type NamedKind, type Names, useNames } from '../../data/names.ts'
import { text } from '../../texts/text.ts'
import { type Fact, Facts } from '../../ui/facts.tsx'
import { count } from '../../ui/numbers.ts'
import styles from './approvals.module.css'
import { Section } from './section.tsx'

const listOf = (names: Names, kind: NamedKind, ids: readonly string[]): string =>
  ids.length === 0 ? text('rules.none') : ids.map((id) => names.nameOf(kind, id)).join(', ')
const peopleOf = (names: Names, { roles, users }: People): string =>
  [...roles.map((id) => names.nameOf('role', id)), ...users.map((id) => names.nameOf('user', id))].join(', ')

const windowText = ({ days, from, to, timeZone }: AccessRule['windows'][number]): string =>
  `${days.map((day) => text(`rules.${day}`)).join(', ')} ${from}–${to}, ${timeZone}`

export const RuleFacts = ({ rule }: { readonly rule: AccessRule }) => {
  const names = useNames()
  const { selects, escalation, emergency } = rule
  const what: readonly Fact[] = selects.everything
    ? [[text('rules.columnSelects'), text('rules.everything')]]
    : [
        [text('rules.tags'), selects.tags.join(', ') || text('rules.none')],
        [text('rules.resources'), listOf(names, 'resource', selects.resources)],
        [text('rules.credentials'), listOf(names, 'credential', selects.credentials)],
      ]
  const decides: readonly Fact[] = [
    [text('rules.approvals'), count(rule.approvals)],
    [text('rules.columnApprovers'), peopleOf(names, rule.approvers) || text('rules.none')],
    [text('rules.waitsFor'), timeSpan(rule.waitsFor)],
    ...(rule.windows.length > 0 ? [[text('rules.windows'), rule.windows.map(windowText).join('; ')] as const] : []),
    ...(escalation
      ? [[text('rules.escalation'), `${timeSpan(escalation.after)}: ${peopleOf(names, escalation.approvers)}`] as const]
      : []),
  ]
  return (
    // It holds nothing to operate: it takes the focus itself, so that keys scroll it.
    <div className={styles['rules']} tabIndex={0} role="region" aria-label={rule.name}>
      <Section>
        <p className="muted">{text('rules.readOnly')}</p>
        <Facts
          facts={[
            [text('rules.columnState'), text(rule.enabled ? 'rules.on' : 'rules.off')],
            [text('rules.priority'), count(rule.priority)],
          ]}
        />
      </Section>
      <Section title={text('rules.sectionWhat')}>
        <Facts facts={what} />
      </Section>
      <Section title={text('rules.sectionWho')}>
        <Facts
          facts={[
            [
              text('rules.requesters'),
              rule.requesters.roles.length === 0 ? text('rules.everybody') : listOf(names, 'role', rule.requesters.roles),
            ],
            [text('rules.maxDuration'), timeSpan(rule.maxDuration)],
            [text('rules.maxExtensions'), count(rule.maxExtensions)],
            [text('rules.reasonRequired'), text(rule.reasonRequired ? 'common.yes' : 'common.no')],
          ]}
        />
      </Section>
      <Section title={text('rules.sectionDecide')}>
        <Facts facts={decides} />
      </Section>
      {emergency ? (
        <Section title={text('rules.sectionEmergency')}>
          <Facts
            facts={[
              [text('rules.responders'), peopleOf(names, emergency.responders)],
              [text('rules.emergencyMost'), timeSpan(emergency.maxDuration)],
              [text('rules.reviewers'), peopleOf(names, emergency.reviewers)],
              [text('rules.reviewWithin'), timeSpan(emergency.reviewWithin)],
            ]}
          />
        </Section>
      ) : null}
    </div>
  )
}
