/**
 * Acts of weight need a proof that the person is there: the API says so by `presence_required`. Their browser opens on a page of
 * the API, which tells in words what is confirmed, and the call is made once more with the proof. The proof stays in this page's
 * memory, for the few minutes that it is good for.
 */
import { Modal } from '@mantine/core'
import type { RouteName } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol/errors'
import { createContext, type ReactNode, useContext, useMemo, useRef } from 'react'
import { useBridge } from '../bridge/bridge.ts'
import { text } from '../texts/text.ts'
import { BrowserSteps } from './browser-steps.tsx'
import { useBrowserVisit } from './browser-visit.ts'
import styles from './presence.module.css'

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

interface Proof {
  readonly presence: string
  readonly until: number
}

/** The act that is confirmed may have a dialog of its own, which stays open beneath. */
const ABOVE_DIALOGS = 300

export const PresenceProvider = ({ children }: { readonly children: ReactNode }) => {
  const bridge = useBridge()
  const browser = useBrowserVisit()
  const { attempt, visit } = browser
  const kept = useRef<Proof | null>(null)

  const presence = useMemo((): Presence => {
    const prove = async (act: Act): Promise<string> => {
      const proof = await visit({
        begin: (paste) => bridge.call('beginPresence', { call: act, paste }),
        finish: (id) => bridge.call('awaitPresence', { id }),
      })
      if (!proof.single) kept.current = { presence: proof.presence, until: Date.parse(proof.expiresAt) }
      return proof.presence
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
  }, [bridge, visit])

  return (
    <PresenceContext.Provider value={presence}>
      {children}
      <Modal opened={attempt !== null} onClose={browser.cancel} title={text('presence.title')} size={480} zIndex={ABOVE_DIALOGS}>
        <p className={styles['text']}>{text(attempt?.paste ? 'browser.codeText' : 'presence.text')}</p>
        {attempt ? <BrowserSteps visit={browser} attempt={attempt} /> : null}
      </Modal>
    </PresenceContext.Provider>
  )
}
