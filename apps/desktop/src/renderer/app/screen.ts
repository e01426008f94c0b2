/** What a screen is to the app: where it is found, who sees it, what draws it. */
import type { Permission } from '@sallyport/protocol/api'
import type { ComponentType } from 'react'

/** Something new that can be made on a screen: the address of its form. */
export interface Addition {
  readonly path: string
  readonly title: () => string
  readonly permission: Permission
}

export interface Screen {
  /** `/resources`; what follows it belongs to the screen. */
  readonly path: string
  readonly group: 'work' | 'administration' | 'own'
  /** A function because the language is chosen at start. */
  readonly title: () => string
  readonly icon: ComponentType<{ readonly size?: number; readonly stroke?: number }>
  /** Seen by whoever has one of these; absent: by everybody. */
  readonly permissions?: readonly Permission[]
  /** A hook: how many things wait there for this person. */
  readonly useWaiting?: () => number
  readonly additions?: readonly Addition[]
  readonly component: ComponentType
}

export const isVisible = (screen: Screen, permissions: ReadonlySet<Permission>): boolean =>
  !screen.permissions || screen.permissions.some((permission) => permissions.has(permission))
