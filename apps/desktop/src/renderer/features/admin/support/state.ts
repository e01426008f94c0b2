/** Support access in words. Pure. */
import type { SupportAccess } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'
import type { StateWord } from '../../../ui/status.tsx'

export const supportState = ({ endedAt }: SupportAccess): StateWord =>
  endedAt === null ? { kind: 'ending', word: text('support.open') } : { kind: 'off', word: text('support.ended') }
