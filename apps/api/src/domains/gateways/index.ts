export { findGateway, listGatewayEntries } from './find.ts'
export type { Gateway } from './find.ts'
export type { GatewayTables } from './tables.ts'
