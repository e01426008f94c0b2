export * from './activity.ts'
export * from './clip.ts'
