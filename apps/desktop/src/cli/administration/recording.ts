import { activityKind, ageRecipient, defaultRecording, type RecordingPolicy } from '@sallyport/protocol'
import type { Organization } from '@sallyport/protocol/api'
import type { z } from 'zod'
import { type Command, defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { reference } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { flag, option, type Reader, repeatedOption } from '../parameters/parameter.ts'
import { choice } from '../parameters/readers.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'

const places = { api: 'by the API', gateway: 'by the gateway', both: 'by the API and the gateway' } as const
const values = { keep: 'whole', hash: 'as keyed hashes', drop: 'not at all' } as const

type Settings = Organization['settings']

const policyRows = (policy: RecordingPolicy): [string, string][] => [
  ['Kept', places[policy.keep]],
  ['Bind values', values[policy.binds]],
  ['Encrypted', policy.recipients.length === 0 ? 'by the API' : 'at the gateway, to these recipients'],
  ...policy.recipients.map((recipient): [string, string] => ['Recipient', recipient]),
]

const retentionRows = ({ activityRetentionDays, activityRetentionByKind = {} }: Settings): [string, string][] => [
  ['For', `${activityRetentionDays} d`],
  ...Object.entries(activityRetentionByKind).map(([kind, days]): [string, string] => [`For (${kind})`, `${days} d`]),
]

const show = async (context: Context, resource: string | undefined): Promise<Answer> => {
  const { settings } = await context.api('getSettings')
  const ofOrganization = settings.recording ?? defaultRecording
  if (resource === undefined) return fields(ofOrganization, [...policyRows(ofOrganization), ...retentionRows(settings)])
  const { options } = await context.api('getResource', { parameters: { resource } })
  const own = options.recording ?? null
  const policy = own ?? ofOrganization
  return fields(policy, [['Says', own === null ? 'the organization' : 'the resource itself'], ...policyRows(policy)])
}

const recipient: Reader<string> = {
  read: (typed) => {
    const parsed = ageRecipient.safeParse(typed)
    if (!parsed.success) throw invalid(`“${typed}” is not a recipient of age: age1…`)
    return parsed.data
  },
}

/** `query=30`. */
const kindDays: Reader<{ kind: z.infer<typeof activityKind>; days: number }> = {
  read: (typed) => {
    const [, name, number] = /^([a-z.]+)=(\d{1,4})$/.exec(typed) ?? []
    const kind = activityKind.safeParse(name)
    const days = Number(number)
    if (!kind.success || !(days >= 1 && days <= 3650)) {
      throw invalid(`“${typed}” is not a kind and days, such as query=30. Kinds: ${activityKind.options.join(', ')}.`)
    }
    return { kind: kind.data, days }
  },
}

const resourceOption = option(
  'resource <resource>',
  'of this resource instead of the organization: name or id',
  reference('resource'),
)

interface Change {
  readonly keep?: RecordingPolicy['keep'] | undefined
  readonly binds?: RecordingPolicy['binds'] | undefined
  readonly recipients: readonly string[]
  readonly noRecipients: boolean
}

const changed = (before: RecordingPolicy, { keep, binds, recipients, noRecipients }: Change): RecordingPolicy => {
  if (noRecipients && recipients.length > 0) throw invalid('Name recipients, or say that there are none.')
  return {
    keep: keep ?? before.keep,
    binds: binds ?? before.binds,
    recipients: noRecipients ? [] : recipients.length > 0 ? [...recipients] : before.recipients,
  }
}

const changeOfResource = async (context: Context, resource: string, change: Change | null): Promise<void> => {
  const [{ settings }, { options }] = await Promise.all([
    context.api('getSettings'),
    context.api('getResource', { parameters: { resource } }),
  ])
  const before = options.recording ?? settings.recording ?? defaultRecording
  const recording = change === null ? null : changed(before, change)
  await context.api('changeResource', { parameters: { resource }, body: { options: { ...options, recording } } })
}

export const recordingCommands: readonly Command[] = [
  defineCommand({
    words: 'admin recording show',
    summary: 'How activity is recorded',
    parameters: { resource: resourceOption },
    run: (context, { resource }) => show(context, resource),
  }),
  defineCommand({
    words: 'admin recording change',
    summary: 'Changes how activity is recorded, of the organization or of one resource',
    details:
      'It holds for leases that are given from now on. What is encrypted to recipients is not read by the API: words in it are not ' +
      'found, and who may read activity sees that something was done, not what. Keep the identities of the recipients: nobody else can decrypt.',
    parameters: {
      resource: resourceOption,
      keep: option(
        'keep <where>',
        'api, gateway or both; at a gateway only encrypted to recipients',
        choice(['api', 'gateway', 'both']),
      ),
      binds: option(
        'binds <how>',
        'bind values: keep, hash (equal values are seen to be equal) or drop',
        choice(['keep', 'hash', 'drop']),
      ),
      recipients: repeatedOption(
        'recipient <age1…>',
        'encrypt at the gateway to these, and no longer to those of before',
        recipient,
      ),
      noRecipients: flag('without-recipients', 'encrypt at the API'),
      likeOrganization: flag('like-organization', 'with --resource: as the organization says'),
      kindDays: repeatedOption('keep-kind <kind=days>', 'keep a kind of activity for a shorter time: query=30', kindDays),
    },
    examples: [
      'sallyport admin recording change --keep both --recipient age1…',
      'sallyport admin recording change --resource payroll --binds drop',
    ],
    run: async (context, { resource, likeOrganization, kindDays: byKind, ...change }) => {
      if (resource !== undefined) {
        if (byKind.length > 0) throw invalid('How long activity is kept is said for the organization.')
        await changeOfResource(context, resource, likeOrganization ? null : change)
        return show(context, resource)
      }
      if (likeOrganization) throw invalid('Say of which resource: --resource.')
      const { settings } = await context.api('getSettings')
      const recording = changed(settings.recording ?? defaultRecording, change)
      const days = Object.fromEntries(byKind.map(({ kind, days: number }) => [kind, number]))
      const activityRetentionByKind = { ...settings.activityRetentionByKind, ...days }
      await context.api('changeSettings', { body: { recording, ...(byKind.length > 0 ? { activityRetentionByKind } : {}) } })
      return show(context, undefined)
    },
  }),
]
