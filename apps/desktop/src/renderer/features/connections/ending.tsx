/** Ending connections: one, those of a resource, or all, with the question before. "Ended" is said when they have ended. */
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { LocalConnection } from '../../../shared/local-api.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { titleOfName } from '../../data/credential.ts'
import { methodKey } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { toast } from '../../ui/toast.ts'
import { programOf } from './program.ts'

export interface Ending {
  readonly connections: readonly LocalConnection[]
  readonly kind: 'one' | 'resource' | 'all'
}

const question = ({ connections, kind }: Ending): string => {
  const count = connections.length
  const name = titleOfName(connections[0]?.credential ?? '')
  const first = connections[0]
  if (kind === 'one' && first) return text('connections.askOne', { program: programOf(first), name })
  return kind === 'all' ? text('connections.askAll', { count }) : text('connections.askGroup', { count, name })
}

export const EndDialog = ({ ending, onClose }: { readonly ending: Ending | null; readonly onClose: () => void }) => {
  const bridge = useBridge()
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const close = (): void => {
    setError(null)
    onClose()
  }
  const end = async (connections: readonly LocalConnection[]): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      await Promise.all(connections.map(({ id }) => bridge.call('endConnection', { id })))
      toast(text('connections.ended', { count: connections.length }), 'ended')
      close()
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
      await queries.invalidateQueries({ queryKey: methodKey('connections') })
    }
  }
  const confirm = (): void => {
    if (ending) end(ending.connections).catch(setError)
  }
  return (
    <ConfirmDialog
      opened={ending !== null}
      title={ending ? question(ending) : ''}
      confirm={text('connections.confirm', { count: ending?.connections.length ?? 0 })}
      decline={text('common.keep')}
      dangerous
      busy={busy}
      error={error}
      onConfirm={confirm}
      onClose={close}
    >
      <p>{text('connections.rolledBack')}</p>
    </ConfirmDialog>
  )
}
