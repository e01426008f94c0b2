/** What a change would do, in words. */
import type { Impact } from '@sallyport/protocol/api'
import { oneLine } from '../terminal/printable.ts'
import type { Answer } from './answer.ts'

/** One thing that would come of it: `3 people lose access`, and who or what that is. */
interface Consequence {
  readonly sentence: string
  readonly items: readonly string[]
  /** How many it is, of which `items` are some. */
  readonly count: number
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const consequencesOf = ({ losing, gaining, connections, leases, unbound, complete }: Impact): readonly Consequence[] => {
  const least = complete ? '' : 'at least '
  const emails = (people: Impact['losing']): readonly string[] => people.items.map(({ email }) => email)
  // Of a lease without a connection nobody would notice; those with one end with it.
  const idle = Math.max(0, leases - connections.count)
  const all: readonly Consequence[] = [
    {
      sentence: least + counted(losing.count, 'person loses access', 'people lose access'),
      items: emails(losing),
      count: losing.count,
    },
    {
      sentence: least + counted(gaining.count, 'person gains access', 'people gain access'),
      items: emails(gaining),
      count: gaining.count,
    },
    {
      sentence: counted(connections.count, 'open connection ends', 'open connections end'),
      items: connections.items.map(({ name, caller }) => (caller === null ? name : `${name} (${caller.program})`)),
      count: connections.count,
    },
    { sentence: counted(idle, 'lease without a connection ends', 'leases without a connection end'), items: [], count: idle },
    {
      sentence: counted(unbound.count, 'secret must be bound again', 'secrets must be bound again'),
      items: unbound.items.map(({ name }) => name),
      count: unbound.count,
    },
  ]
  return all.filter(({ count }) => count > 0)
}

const NOTHING = 'nobody loses or gains access, and no connection ends'

const sentenceOf = (consequences: readonly Consequence[]): string => {
  const text = consequences.length === 0 ? NOTHING : consequences.map(({ sentence }) => sentence).join(', ')
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}

/** `3 people lose access, 1 open connection ends.` */
export const impactSentence = (impact: Impact): string => sentenceOf(consequencesOf(impact))

/** Whether somebody would miss something. */
export const takesAway = ({ losing, connections, leases, unbound }: Impact): boolean =>
  losing.count + connections.count + leases + unbound.count > 0

const detailOf = ({ sentence, items, count }: Consequence): string => {
  if (items.length === 0) return `  ${sentence}`
  const more = count > items.length ? `, and ${count - items.length} more` : ''
  return `  ${sentence}: ${items.map(oneLine).join(', ')}${more}`
}

/** Each consequence on a line of its own, with names. Empty where nothing would come of it. */
export const impactDetails = (impact: Impact): string => consequencesOf(impact).map(detailOf).join('\n')

export const impactAnswer = (impact: Impact): Answer => ({
  data: impact,
  text: () => ['Nothing was changed. It would come to this:', impactDetails(impact) || `  ${NOTHING}`].join('\n'),
})
