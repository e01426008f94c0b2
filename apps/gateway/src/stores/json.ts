/** JSON of stores, read by schema. */
import { SallyportError } from '@sallyport/protocol'
import type { z } from 'zod'
import type { StoreAnswer } from './store.ts'

/** Null for what is no JSON: errors of proxies in between are pages. */
export const jsonOf = ({ body }: Pick<StoreAnswer, 'body'>): unknown => {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return null
  }
}

/** Throws `store_unreachable` for an answer that is not the service's; what it held is not told. */
export const readAs = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new SallyportError('store_unreachable', { cause: new Error('an answer that is not of such a store') })
}
