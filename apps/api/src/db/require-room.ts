import { SallyportError } from '@sallyport/protocol'
import { lockByName } from './lock-by-name.ts'
import type { Transaction } from './schema.ts'

interface Room {
  /** Of what there are only so many, in words. */
  readonly of: string
  /** Of whose: an id; absent: the organization's. */
  readonly which?: string
  readonly limit: number
  /** For people, where there is more to say. */
  readonly message?: string
}

/** Throws `limit_reached` for one more than there may be. Who adds another at the same moment waits, and then counts this one. */
export const requireRoom = async (
  transaction: Transaction,
  { of, which, limit, message }: Room,
  count: () => Promise<number>,
): Promise<void> => {
  await lockByName(transaction, `limit of ${of}`, which)
  if ((await count()) >= limit) throw new SallyportError('limit_reached', message === undefined ? {} : { message })
}
