/** Locks the app: from a menu, the palette or a key. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useBridge } from '../bridge/bridge.ts'
import { methodKey } from '../data/use-method.ts'
import { errorText } from '../ui/error-text.ts'
import { toast } from '../ui/toast.ts'

export const useLock = (): (() => void) => {
  const bridge = useBridge()
  const queries = useQueryClient()
  return useCallback(() => {
    bridge
      .call('lock', {})
      .then((state) => queries.setQueryData(methodKey('lockState', {}), state))
      .catch((error: unknown) => toast(errorText(error).message, 'lock'))
  }, [bridge, queries])
}
