export { attachLive } from './attach.ts'
export type { LiveOptions } from './attach.ts'
export { startLiveServices } from './services.ts'
export type { LiveServices, LiveServicesOptions } from './services.ts'
