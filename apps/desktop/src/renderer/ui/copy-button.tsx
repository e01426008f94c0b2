/** Copies one text and says so, also to screen readers. */
import { IconCopy } from '@tabler/icons-react'
import { useBridge } from '../bridge/bridge.ts'
import { text } from '../texts/text.ts'
import { errorText } from './error-text.ts'
import { IconButton } from './icon-button.tsx'
import { toast } from './toast.ts'

/** Longest text that goes on the clipboard. */
export const MAX_COPIED = 64 * 1024

/** `what` names the text when it is too long to be said: the address itself, or "connection string for psql". */
export const useCopy = (): ((content: string, what?: string) => void) => {
  const bridge = useBridge()
  return (content, what = content) => {
    bridge
      .call('copy', { text: content })
      .then(() => toast(text('common.copied', { what }), 'copied'))
      .catch((error: unknown) => toast(errorText(error).message, 'copied'))
  }
}

interface CopyButtonProps {
  readonly content: string
  readonly what: string
  readonly tabIndex?: number
}

export const CopyButton = ({ content, what, tabIndex }: CopyButtonProps) => {
  const copy = useCopy()
  return (
    <IconButton
      aria-label={text('common.copyNamed', { what })}
      tabIndex={tabIndex ?? 0}
      onClick={(event) => {
        event.stopPropagation()
        copy(content, what)
      }}
    >
      <IconCopy size={16} stroke={1.75} />
    </IconButton>
  )
}
