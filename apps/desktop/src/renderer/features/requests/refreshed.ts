/** What is read anew when one of my requests changes. */
import type { RouteName } from '@sallyport/protocol/api'

export const MINE: readonly RouteName[] = ['listMyAccessRequests', 'listRequestableCredentials']
