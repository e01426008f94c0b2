/** Opens a resource in the tool that was used for it last, or the best one that was found. */
import type { LocalCredential } from '../../shared/local-api.ts'
import { useBridge } from '../bridge/bridge.ts'
import { text } from '../texts/text.ts'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'

/** How the launch goes on is shown where its progress is followed: in the panel of the resource. */
export const useLastTool = (): ((credential: LocalCredential) => void) => {
  const bridge = useBridge()
  return ({ granted: { name, bound } }) => {
    if (!bound) return
    const open = async (): Promise<void> => {
      const { items } = await bridge.call('openInTools', { credential: name })
      const tool = items.find(({ lastUsed }) => lastUsed) ?? items[0]
      if (tool) await bridge.call('openIn', { credential: name, tool: tool.id })
      else toast(text('resources.noTools'), name)
    }
    open().catch((error: unknown) => toast(errorText(error).message, name))
  }
}
