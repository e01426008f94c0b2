import { SallyportError } from '@sallyport/protocol'
import type { Permission } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import type { Author } from '../audit/index.ts'

/** Who asks or decides, and from which device. */
export interface AccessCaller extends Author {
  readonly user: string
  readonly device: string
  readonly permissions: ReadonlySet<Permission>
}

/** Id of the key of a device: the same on every account that is used with it. */
export const deviceKeyOf = async (transaction: Transaction, device: string): Promise<string> => {
  const row = await transaction.selectFrom('devices').select('key_id').where('id', '=', device).executeTakeFirst()
  if (!row) throw new SallyportError('device_revoked')
  return row.key_id
}
