export * from './activity.ts'
export * from './binds.ts'
export * from './clip.ts'
