/** What each change may concern, so that a preview compares no more than that. */
import type { BodyOf, ParametersOf, Previewable, RouteOf } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { findGrantParties } from '../../domains/grants/index.ts'
import type { PreviewScope } from '../../domains/previews/index.ts'
import { requireRole } from '../../domains/roles/index.ts'
import { credentialsOfResource } from '../../domains/credentials/index.ts'

type Scopes = {
  readonly [Name in Previewable]: (
    transaction: Transaction,
    input: { readonly parameters: ParametersOf<RouteOf<Name>>; readonly body: BodyOf<RouteOf<Name>> },
  ) => Promise<PreviewScope>
}

const nothing: PreviewScope = { access: null, permissionsOf: [], resource: null }

const ofUser = (user: string): Promise<PreviewScope> =>
  Promise.resolve({ access: { users: [user] }, permissionsOf: [user], resource: null })

const ofCredential = (credential: string): Promise<PreviewScope> =>
  Promise.resolve({ ...nothing, access: { credentials: [credential] } })

const ofResource = async (transaction: Transaction, resource: string): Promise<PreviewScope> => ({
  ...nothing,
  access: { credentials: await credentialsOfResource(transaction, resource) },
  resource,
})

const ofRole = async (transaction: Transaction, id: string): Promise<PreviewScope> => {
  const { users, credentials } = await requireRole(transaction, id)
  return { access: { users, credentials }, permissionsOf: users, resource: null }
}

/** Ends connections; whoever had them may sign in and connect again, on another device or through another gateway. */
const ofNobody = (): Promise<PreviewScope> => Promise.resolve(nothing)

export const scopesOf: Scopes = {
  changeUser: (_, { parameters }) => ofUser(parameters.user),
  deleteUser: (_, { parameters }) => ofUser(parameters.user),
  changeRole: (transaction, { parameters }) => ofRole(transaction, parameters.role),
  deleteRole: (transaction, { parameters }) => ofRole(transaction, parameters.role),
  addRoleMember: (_, { parameters }) => ofUser(parameters.user),
  removeRoleMember: (_, { parameters }) => ofUser(parameters.user),
  addRoleCredential: (_, { parameters }) => ofCredential(parameters.credential),
  removeRoleCredential: (_, { parameters }) => ofCredential(parameters.credential),
  createGrant: (_, { body }) => Promise.resolve({ ...nothing, access: { users: [body.user], credentials: [body.credential] } }),
  revokeGrant: async (transaction, { parameters }) => {
    const { user, credential } = await findGrantParties(transaction, parameters.grant)
    return { ...nothing, access: { users: [user], credentials: [credential] } }
  },
  changeResource: (transaction, { parameters }) => ofResource(transaction, parameters.resource),
  deleteResource: (transaction, { parameters }) => ofResource(transaction, parameters.resource),
  deleteCredential: (_, { parameters }) => ofCredential(parameters.credential),
  changeGateway: ofNobody,
  revokeGateway: ofNobody,
  revokeDevice: ofNobody,
  revokeSession: ofNobody,
}
