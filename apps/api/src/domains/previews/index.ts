export { preview } from './preview.ts'
export type { PreviewScope } from './standing.ts'
