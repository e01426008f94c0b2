export { type CodeDelivery, deliveryOf, isVerifier } from './receiver.ts'
export {
  beginFlow,
  type BrowserFlow,
  deleteExpiredFlows,
  enterStep,
  findFlow,
  type FlowReceiver,
  giveCode,
  lockFlowAtStep,
  spendCode,
} from './store.ts'
export type { Act, BrowserFlowTables } from './tables.ts'
