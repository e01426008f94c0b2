/**
 * What can be done with a resource, as rows of their own in the palette: Enter on the resource itself only shows it. Where the
 * outcome takes a moment, its panel tells how it goes on.
 */
import { useLocation } from 'wouter'
import type { LocalCredential } from '../../shared/local-api.ts'
import { addressOf, titleOf } from '../data/credential.ts'
import { useLastTool } from '../data/use-last-tool.ts'
import { useAction, useMethod } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { useCopy } from '../ui/copy-button.tsx'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'
import { type Named, ranked } from './ranking.ts'

/** Of as many resources that fit a search. */
const MEANT = 2
/** Of as many that fit what follows a verb. */
const MEANT_BY_VERB = 5

export interface Verb extends Named {
  readonly key: string
  readonly run: () => void
}

/** The verbs of the resources that a search means: `shop`, or `copy shop`. Pure. */
export const verbsFor = <Item extends Named>(
  resources: readonly Item[],
  search: string,
  verbsOf: (resource: Item) => readonly Verb[],
): readonly Verb[] => {
  const meant = ranked(resources, search).slice(0, MEANT).flatMap(verbsOf)
  const words = search.trim().split(/\s+/)
  // A verb has a word or two: `copy`, `turn on`.
  const rests = [words.slice(1), words.slice(2)].filter((rest) => rest.length > 0)
  const named = rests.flatMap((rest) => ranked(resources, rest.join(' ')).slice(0, MEANT_BY_VERB))
  const byVerb = ranked([...new Set(named)].flatMap(verbsOf), search)
  const keys = new Set(byVerb.map(({ key }) => key))
  return [...byVerb, ...meant.filter(({ key }) => !keys.has(key))]
}

export const useVerbs = (): ((credential: LocalCredential) => readonly Verb[]) => {
  const [, navigate] = useLocation()
  const copy = useCopy()
  const openLast = useLastTool()
  const turnOn = useAction('connect', ['credentials'])
  const turnOff = useAction('disconnect', ['credentials'])
  const canOpen = useMethod('host', {}).data?.capabilities.includes('open-in') ?? false
  return (credential) => {
    const { granted, listener, connections } = credential
    const words = { name: titleOf(credential) }
    const verb = (
      key: 'shell.verbCopy' | 'shell.verbTurnOn' | 'shell.verbTurnOff' | 'shell.verbOpen',
      run: () => void,
    ): Verb => ({
      key: `${key} ${granted.credential}`,
      label: text(key, words),
      run,
    })
    const said = { onError: (error: unknown) => toast(errorText(error).message, granted.name) }
    const show = (): void => navigate(`/resources/${granted.credential}`)
    return [
      ...(canOpen && granted.bound
        ? [
            verb('shell.verbOpen', () => {
              show()
              openLast(credential)
            }),
          ]
        : []),
      verb('shell.verbCopy', () => copy(addressOf(credential))),
      ...(listener.state === 'off' && granted.bound
        ? [
            verb('shell.verbTurnOn', () => {
              show()
              turnOn.mutate({ name: granted.name }, said)
            }),
          ]
        : []),
      // Connections that are open are ended where they are seen.
      ...(listener.state === 'listening' && connections === 0
        ? [verb('shell.verbTurnOff', () => turnOff.mutate({ name: granted.name }, said))]
        : []),
    ]
  }
}
