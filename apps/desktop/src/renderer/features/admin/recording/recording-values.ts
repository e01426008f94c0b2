/** How activity is recorded, as a form holds it and in words. Pure. */
import { ageRecipient, defaultRecording, type RecordingPolicy } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'

export interface RecordingValues {
  readonly keep: RecordingPolicy['keep']
  readonly binds: RecordingPolicy['binds']
  /** One a line. */
  readonly recipients: string
}

/** What holds where nobody said anything is a policy as well. */
export const policyOf = (said: RecordingPolicy | null | undefined): RecordingPolicy => said ?? defaultRecording

export const recordingValues = ({ keep, binds, recipients }: RecordingPolicy): RecordingValues => ({
  keep,
  binds,
  recipients: recipients.join('\n'),
})

const recipientsIn = (typed: string): string[] =>
  typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export const recordingIn = ({ keep, binds, recipients }: RecordingValues): RecordingPolicy => ({
  keep,
  binds,
  recipients: recipientsIn(recipients),
})

export const isSameRecording = (one: RecordingPolicy, other: RecordingPolicy): boolean =>
  JSON.stringify(recordingIn(recordingValues(one))) === JSON.stringify(recordingIn(recordingValues(other)))

/** Null, or what is wrong with the recipients. */
export const recipientsFault = (typed: string, { keep }: Pick<RecordingValues, 'keep'>): string | null => {
  const all = recipientsIn(typed)
  if (all.some((each) => !ageRecipient.safeParse(each).success)) return text('organization.recipientsError')
  return keep !== 'api' && all.length === 0 ? text('organization.recipientsMissing') : null
}

const PLACES = { api: 'organization.keepApi', gateway: 'organization.keepGateway', both: 'organization.keepBoth' } as const
const BINDS = { keep: 'organization.bindsKeep', hash: 'organization.bindsHash', drop: 'organization.bindsDrop' } as const

export const recordingText = ({ keep, binds, recipients }: RecordingPolicy): string =>
  text('organization.recordingText', { keep: text(PLACES[keep]), binds: text(BINDS[binds]), count: recipients.length })
