/**
 * Acts of weight need a proof that the person is there: the API says so by `presence_required`. Their browser opens on a page of
 * the API, which tells in words what is confirmed, and the call is made once more with the proof. The proof stays in this page's
 * memory, for the few minutes that it is good for.
 */
import { Button, Modal } from '@mantine/core'
import type { RouteName } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol/errors'
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react'
import { useBridge } from '../bridge/bridge.ts'
import { text } from '../texts/text.ts'
import { useCopy } from '../ui/copy-button.tsx'
import { errorText } from '../ui/error-text.ts'
import styles from '../ui/confirm-dialog.module.css'
import { toast } from '../ui/toast.ts'

interface Act {
  readonly route: RouteName
  readonly input: unknown
}

export interface Presence {
  /** Runs a call; when the API wants a confirmation, asks for it and runs the call again. Throws what the call throws. */
  confirming<Answer>(act: Act, run: (proof: string | null) => Promise<Answer>): Promise<Answer>
}

const PresenceContext = createContext<Presence | null>(null)

export const usePresence = (): Presence => {
  const presence = useContext(PresenceContext)
  if (!presence) throw new Error('There is no presence above this component.')
  return presence
}

interface Attempt {
  readonly id: string
  readonly url: string
}

interface Proof {
  readonly presence: string
  readonly until: number
}

export const PresenceProvider = ({ children }: { readonly children: ReactNode }) => {
  const bridge = useBridge()
  const [attempt, setAttempt] = useState<Attempt | null>(null)
  const kept = useRef<Proof | null>(null)

  const presence = useMemo((): Presence => {
    const prove = async (act: Act): Promise<string> => {
      const begun = await bridge.call('beginPresence', { call: act })
      setAttempt(begun)
      try {
        await bridge.call('openBrowser', { place: 'attempt', id: begun.id })
        const proof = await bridge.call('awaitPresence', { id: begun.id })
        if (!proof.single) kept.current = { presence: proof.presence, until: Date.parse(proof.expiresAt) }
        return proof.presence
      } finally {
        setAttempt(null)
      }
    }
    return {
      confirming: async (act, run) => {
        const known = kept.current && kept.current.until > Date.now() ? kept.current.presence : null
        try {
          return await run(known)
        } catch (error) {
          if (!(error instanceof SallyportError && error.code === 'presence_required')) throw error
          kept.current = null
        }
        return run(await prove(act))
      },
    }
  }, [bridge])

  const cancel = (): void => {
    if (!attempt) return
    bridge.call('cancelBrowser', { id: attempt.id }).catch((error: unknown) => toast(errorText(error).message))
  }
  return (
    <PresenceContext.Provider value={presence}>
      {children}
      <PresenceDialog attempt={attempt} onCancel={cancel} />
    </PresenceContext.Provider>
  )
}

const PresenceDialog = ({ attempt, onCancel }: { readonly attempt: Attempt | null; readonly onCancel: () => void }) => {
  const bridge = useBridge()
  const copy = useCopy()
  const openAgain = (): void => {
    if (!attempt) return
    bridge.call('openBrowser', { place: 'attempt', id: attempt.id }).catch((error: unknown) => toast(errorText(error).message))
  }
  return (
    <Modal opened={attempt !== null} onClose={onCancel} title={text('presence.title')} size={440}>
      <p>{text('presence.text')}</p>
      <div className={styles['actions']}>
        <Button variant="subtle" size="md" onClick={() => attempt && copy(attempt.url, text('presence.link'))}>
          {text('presence.copyLink')}
        </Button>
        <Button variant="default" size="md" onClick={openAgain}>
          {text('presence.openAgain')}
        </Button>
        <Button variant="default" size="md" data-autofocus onClick={onCancel}>
          {text('common.cancel')}
        </Button>
      </div>
    </Modal>
  )
}
