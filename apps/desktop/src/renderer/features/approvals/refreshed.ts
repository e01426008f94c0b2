/** What is read anew when something was decided. */
import type { RouteName } from '@sallyport/protocol/api'

export const DECIDED: readonly RouteName[] = ['listApprovals', 'listReviews', 'listAccessRequests', 'getAccessRequest']
export const RULES: readonly RouteName[] = ['listAccessRules', 'getAccessRule', 'listRequestableCredentials']
