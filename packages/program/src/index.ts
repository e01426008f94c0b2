/** What every program of ours needs of Node: files of its own that survive a power loss, waiting after failures, keys from passphrases. */
export { Backoff, pause } from './backoff.ts'
export type { BackoffOptions } from './backoff.ts'
export { MIN_PASSPHRASE, newPassphraseParameters, passphraseKey, passphraseParameters } from './passphrase-key.ts'
export type { PassphraseParameters } from './passphrase-key.ts'
export { createPrivateFile, makePrivateFolder, readFileUpTo, readTextUpTo, replacePrivateFile } from './private-files.ts'
