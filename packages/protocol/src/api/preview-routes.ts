/**
 * Previews: for each change that takes access from somebody or gives it, a route of the same input and the same permission that
 * says what the change would do, and changes nothing.
 */
import { administrationRoutes } from './administration-routes.ts'
import { impact } from './impact.ts'
import type { Route } from './route.ts'

export const previewable = [
  'changeUser',
  'deleteUser',
  'changeRole',
  'deleteRole',
  'addRoleMember',
  'removeRoleMember',
  'addRoleCredential',
  'removeRoleCredential',
  'createGrant',
  'revokeGrant',
  'changeResource',
  'deleteResource',
  'deleteCredential',
  'changeGateway',
  'revokeGateway',
  'revokeDevice',
  'revokeSession',
] as const satisfies readonly (keyof typeof administrationRoutes)[]

export type Previewable = (typeof previewable)[number]
export type PreviewName<Name extends Previewable = Previewable> = `preview${Capitalize<Name>}`

type Input<R extends Route> = Pick<R, Extract<keyof R, 'parameters' | 'body'>>
type PreviewRoutes = {
  readonly [Name in Previewable as PreviewName<Name>]: Input<(typeof administrationRoutes)[Name]> & {
    readonly method: 'POST'
    readonly path: string
    readonly summary: string
    readonly authentication: 'two-signature'
    readonly permission: (typeof administrationRoutes)[Name]['permission']
    readonly audit: null
    readonly response: typeof impact
    readonly errors: (typeof administrationRoutes)[Name]['errors']
    readonly maxBody?: number
  }
}

/** `previewDeleteUser` of `deleteUser`. */
export const previewNameOf = <Name extends Previewable>(name: Name): PreviewName<Name> =>
  `preview${name[0]!.toUpperCase()}${name.slice(1)}` as PreviewName<Name>

/** `/v1/previews/delete-user/{user}`. */
const pathOf = (name: string, { path }: Route): string => {
  const parameters = path.match(/\{\w+\}/g) ?? []
  return ['/v1/previews', name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), ...parameters].join('/')
}

const previewOf = (name: Previewable): Route => {
  const { parameters, body, maxBody, ...route }: Route = administrationRoutes[name]
  return {
    method: 'POST',
    path: pathOf(name, administrationRoutes[name]),
    summary: `What would come of ${name}`,
    authentication: 'two-signature',
    permission: route.permission,
    audit: null,
    ...(parameters ? { parameters } : {}),
    ...(body ? { body } : {}),
    response: impact,
    errors: route.errors,
    ...(maxBody === undefined ? {} : { maxBody }),
  }
}

export const previewRoutes = Object.fromEntries(
  previewable.map((name) => [previewNameOf(name), previewOf(name)]),
) as unknown as PreviewRoutes
