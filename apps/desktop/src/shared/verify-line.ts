/** How an export of the audit log is verified. */
import { wordFor } from './shell-word.ts'

/** To paste into a shell. `platform` as Node names it. */
export const verifyLine = ({ path, key }: { readonly path: string; readonly key: string }, platform: string): string =>
  ['sallyport-verify', ...[path, '--key', key].map(wordFor(platform))].join(' ')
