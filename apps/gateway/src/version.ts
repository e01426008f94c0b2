import manifest from '../package.json' with { type: 'json' }

/** Of this program, as the API is told. */
export const version: string = manifest.version
