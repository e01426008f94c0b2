/**
 * Databases of a test's own. Everybody of a testbed sits at one computer, where each credential has one port: what two people were
 * both given, only one of their agents could listen for.
 */
import { addDatabase, addRole, postgresEndpoint, type Testbed } from '@sallyport/testbed'

export interface DatabaseTrust {
  /** The authority that the server's certificate must come from; absent: its own. */
  readonly trust?: string
}

/** The shop under another name, with the credential `read-only`, whose id is returned. */
export const addShop = async (bed: Testbed, name: string, { trust }: DatabaseTrust = {}): Promise<string> => {
  const { users, caPem, port, database } = bed.shop
  const { credentials } = await addDatabase(bed.owner.agent, {
    site: bed.site,
    name,
    endpoint: postgresEndpoint({ port, caPem: trust ?? caPem }),
    database,
    credentials: { 'read-only': { userName: users.readonly.name, password: users.readonly.password } },
  })
  return credentials['read-only']!
}

/** What a person is given in a test. */
export interface Given {
  readonly id: string
  readonly invitation: string
  readonly role: string
  /** Of `<name>/read-only`. */
  readonly credentials: readonly string[]
}

/** Invites a person to databases that nobody else has. */
export const invitedTo = async (
  bed: Testbed,
  name: string,
  databases: Readonly<Record<string, DatabaseTrust>>,
): Promise<Given> => {
  const credentials: string[] = []
  for (const [resource, trust] of Object.entries(databases)) credentials.push(await addShop(bed, resource, trust))
  const { id, invitation } = await bed.invite(name)
  const role = await addRole(bed.owner.agent, { users: [id], credentials })
  return { id, invitation, role, credentials }
}
