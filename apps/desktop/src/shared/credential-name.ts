import { z } from 'zod'

/** Name of a granted credential: `shop-db/read-only`. */
export const credentialName = z.string().min(1).max(250)
