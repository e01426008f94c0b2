export { hashOfInvitation, invitedUser, isInvitationOpen, issueInvitation, useInvitation, withdrawInvitation } from './store.ts'
export type { InvitationTables } from './tables.ts'
