export {
  beginPresence,
  type ConfirmationOutcome,
  confirmPresence,
  findPresenceSubject,
  finishPresence,
  type PresenceSubject,
  type RecognizedCall,
} from './confirm.ts'
export { deleteExpiredProofs, requirePresence } from './proofs.ts'
export type { PresenceTables } from './tables.ts'
