export { startProbeBoard } from './board.ts'
export type { ProbeBoard } from './board.ts'
export { answerProbe, waitingProbes } from './store.ts'
export type { ProbeTables } from './tables.ts'
