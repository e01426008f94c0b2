/** Parameters that name a thing: its id, or a name that only it has. The value is the id. */
import type { Parameter, Reader } from '../parameters/parameter.ts'
import { argument } from '../parameters/parameter.ts'
import { type NounName, nouns } from './nouns.ts'

export const reference = (noun: NounName): Reader<string> => ({
  read: (typed, context) => context.directory.idOf(noun, typed),
  offers: noun,
})

const howNamed: Readonly<Record<NounName, string>> = {
  user: 'e-mail address or id',
  role: 'name or id',
  site: 'name or id',
  resource: 'name or id',
  store: 'name or id',
  gateway: 'name or id',
  device: 'name or id',
  session: 'label or id',
  serviceAccount: 'name or id',
  supportAccess: 'e-mail address or id',
  rule: 'name or id',
  credential: 'resource/credential or id',
}

export const referenceArgument = (noun: NounName): Parameter<string> =>
  argument(noun, `${nouns[noun].label}: ${howNamed[noun]}`, reference(noun))
