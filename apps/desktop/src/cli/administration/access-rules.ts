import type { AccessRule, People } from '@sallyport/protocol/api'
import type { Context } from '../context.ts'
import type { NounName } from '../names/nouns.ts'
import { referenceArgument } from '../names/reference.ts'
import { argument, option } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { roughly } from '../views/time.ts'
import { changedTerms, ruleOptions, usualTerms } from './rule-options.ts'

const rule = referenceArgument('rule')

type NameOf = (noun: NounName, id: string) => string

const list = (texts: readonly string[]): string => texts.join(', ') || 'nobody'

const peopleText = ({ roles, users }: People, nameOf: NameOf): string =>
  list([...roles.map((id) => `everybody with ${nameOf('role', id)}`), ...users.map((id) => nameOf('user', id))])

const selectsText = ({ selects }: AccessRule, nameOf: NameOf): string =>
  selects.everything
    ? 'everything'
    : [
        ...selects.credentials.map((id) => nameOf('credential', id)),
        ...selects.resources.map((id) => `${nameOf('resource', id)}/*`),
        ...selects.tags.map((tag) => `tag ${tag}`),
      ].join(', ') || 'nothing'

const windowText = ({ days, from, to, timeZone }: AccessRule['windows'][number]): string =>
  `${days.map((day) => day.slice(0, 3)).join(',')} ${from}-${to} ${timeZone}`

const ruleFields = async (answer: AccessRule, _: unknown, { directory, options }: Context): Promise<Answer> => {
  const nameOf: NameOf = options.json ? (_kind, id) => id : await directory.namer('user', 'role', 'credential', 'resource')
  const { escalation, emergency, requesters } = answer
  return fields(answer, [
    ['Name', answer.name],
    ['Priority', answer.priority],
    ['Enabled', answer.enabled ? 'yes' : 'no'],
    ['Lets people ask for', selectsText(answer, nameOf)],
    ['Who may ask', requesters.roles.length === 0 ? 'everybody' : list(requesters.roles.map((id) => nameOf('role', id)))],
    ['Approvals', answer.approvals],
    ['Approvers', answer.approvals === 0 ? null : peopleText(answer.approvers, nameOf)],
    ['Approvals count', answer.windows.length === 0 ? 'always' : answer.windows.map(windowText).join('; ')],
    ['Escalates', escalation && `after ${roughly(escalation.after)} to ${peopleText(escalation.approvers, nameOf)}`],
    ['At most', roughly(answer.maxDuration)],
    ['Extensions', answer.maxExtensions],
    ['Requests wait', roughly(answer.waitsFor)],
    ['Reason', answer.reasonRequired ? 'required' : 'optional'],
    ['In an emergency', emergency && `${peopleText(emergency.responders, nameOf)}, for ${roughly(emergency.maxDuration)}`],
    ['Reviewed by', emergency && `${peopleText(emergency.reviewers, nameOf)}, within ${roughly(emergency.reviewWithin)}`],
    ['Id', answer.id],
  ])
}

export const ruleCommands = [
  listCommand({
    words: 'admin rules list',
    route: 'listAccessRules',
    columns: () => [
      { heading: 'NAME', value: (row) => row.name },
      { heading: 'PRIORITY', value: (row) => row.priority, align: 'right' },
      { heading: 'ENABLED', value: (row) => (row.enabled ? 'yes' : 'no') },
      { heading: 'APPROVALS', value: (row) => row.approvals, align: 'right' },
      { heading: 'AT MOST', value: (row) => roughly(row.maxDuration), align: 'right' },
      { heading: 'EMERGENCY', value: (row) => (row.emergency === null ? null : roughly(row.emergency.maxDuration)) },
    ],
    empty: 'There are no rules, so that nobody can ask for access. Make one with: sallyport admin rules add <name>',
  }),
  routeCommand({
    words: 'admin rules show',
    route: 'getAccessRule',
    parameters: { rule },
    input: (values) => ({ parameters: { accessRule: values.rule } }),
    answer: ruleFields,
  }),
  routeCommand({
    words: 'admin rules add',
    route: 'createAccessRule',
    parameters: { name: argument('name', 'its name', text), ...ruleOptions },
    details: 'Where nothing else is said: one approval, 8 h at most, one extension, requests wait 24 h, a reason is required.',
    examples: [
      'sallyport admin rules add "Production databases" --tag production --requester-role Developers --approver-role Leads --max-duration 4h',
      'sallyport admin rules add "On call" --resource shop-db --approver-role Leads --responder-role "On call" --reviewer-role Leads',
    ],
    input: ({ name, ...typed }) => ({ body: { name, ...changedTerms(usualTerms, typed) } }),
    answer: ruleFields,
  }),
  routeCommand({
    words: 'admin rules change',
    route: 'changeAccessRule',
    parameters: { rule, name: option('name <name>', 'its new name', text), ...ruleOptions },
    details: 'What is given replaces what there is; lists are replaced as a whole.',
    input: async ({ rule: accessRule, name, ...typed }, { api }) => {
      const parameters = { accessRule }
      const before = await api('getAccessRule', { parameters })
      return { parameters, body: { ...given({ name }), ...changedTerms(before, typed) } }
    },
    answer: ruleFields,
  }),
  routeCommand({
    words: 'admin rules delete',
    route: 'deleteAccessRule',
    parameters: { rule },
    confirm: () => 'Delete this rule and cancel the requests that wait by it?',
    input: (values) => ({ parameters: { accessRule: values.rule } }),
    answer: () => done('The rule is deleted.'),
  }),
]
