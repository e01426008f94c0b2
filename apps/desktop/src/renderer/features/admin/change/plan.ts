/** A change that somebody is about to make: shown with what it will affect, and made only then. */
import { type Previewable, previewable, type RouteName } from '@sallyport/protocol/api'
import type { RouteAnswer, RouteInput } from '../../../data/use-route.ts'

interface Words {
  /** The question: "Delete Grace Hopper?" */
  readonly title: string
  /** What it does beyond what the preview counts. */
  readonly text?: string
  /** The act, on its button: "Delete user". */
  readonly confirm: string
  /** Said when it is done. */
  readonly done: string
  readonly dangerous?: boolean
}

export interface Plan extends Words {
  readonly route: RouteName
  readonly input: unknown
  readonly onDone: (answer: unknown) => void
}

/** @param onDone told the answer of the route. */
export const plan = <Name extends RouteName>(
  {
    route,
    input,
    onDone,
  }: { readonly route: Name; readonly input: RouteInput<Name>; readonly onDone?: (answer: RouteAnswer<Name>) => void },
  words: Words,
): Plan => ({ ...words, route, input, onDone: (answer) => onDone?.(answer as RouteAnswer<Name>) })

export type Propose = (plan: Plan) => void

const PREVIEWABLE: ReadonlySet<string> = new Set(previewable)

export const isPreviewable = (route: RouteName): route is Previewable => PREVIEWABLE.has(route)

/** Lists that a change of administrators may alter: those that are shown are read again. */
export const adminLists: readonly RouteName[] = [
  'listUsers',
  'listRoles',
  'listGrants',
  'listSites',
  'listResources',
  'listCredentials',
  'listGateways',
  'listDevices',
  'listSessions',
  'listConnections',
  'listLeases',
  'explainAccess',
  'getSettings',
  'listSinks',
  'listStores',
  'listServiceAccounts',
  'listSupportAccess',
  'getRotation',
  'getKeys',
  'getAuthorities',
  'getTokenKeys',
  'getLog',
]
