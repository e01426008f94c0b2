/** The options that say where in a third-party store a secret lies. */
import { reference } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { option, requiredOption } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'

const field = option('store-field <name>', 'which field of it is the password; all of it if not given', text)
const pathSummary = 'its path in the store; for the database engine of Vault the name of the role'

export const requiredStoredPlace = {
  store: requiredOption('store <store>', 'the third-party store in which it lies', reference('store')),
  path: requiredOption('store-path <path>', pathSummary, text),
  field,
}

/** For a credential whose secret may as well be typed. */
export const storedPlaceOptions = {
  store: option('store <store>', 'instead of a secret: the third-party store in which it lies', reference('store')),
  storePath: option('store-path <path>', pathSummary, text),
  storeField: field,
}

interface GivenPlace {
  readonly store: string | undefined
  readonly storePath: string | undefined
  readonly storeField: string | undefined
}

/** Null when no store is named. Throws `invalid_request` for options that do not fit together. */
export const storedPlaceOf = ({ store, storePath: path, storeField }: GivenPlace) => {
  if (store === undefined) {
    if (path !== undefined || storeField !== undefined) throw invalid('Say in which store: --store.')
    return null
  }
  if (path === undefined) throw invalid('Say where in the store: --store-path.')
  return { store, path, field: storeField ?? null }
}
