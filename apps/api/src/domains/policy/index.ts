export { decide, waysOf } from './decide.ts'
export type { Decision, Facts, GrantFact, Reason, RoleFact, Way } from './facts.ts'
