import manifest from '../../package.json' with { type: 'json' }

/** Of this client. */
export const clientVersion: string = manifest.version
