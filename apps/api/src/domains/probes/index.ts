export { startProbeBoard } from './board.ts'
export type { ProbeBoard } from './board.ts'
export { answerProbe, waitingProbes, wakeGateway } from './store.ts'
export type { ProbeTables } from './tables.ts'
