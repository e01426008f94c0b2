/** Who is signed in and what they may do: decides what is shown. The API decides what is done. */
import type { Permission } from '@sallyport/protocol/api'
import { useMemo } from 'react'
import { useMethod } from './use-method.ts'
import { useRoute } from './use-route.ts'

export const useSignedIn = (): boolean => useMethod('status', {}).data?.state === 'signed-in'

const NONE: ReadonlySet<Permission> = new Set()

export const usePermissions = (): ReadonlySet<Permission> => {
  const me = useRoute('getMe', {}, { enabled: useSignedIn() }).data
  return useMemo(() => (me ? new Set(me.permissions) : NONE), [me])
}
