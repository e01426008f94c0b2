/** Turning addresses on and off, one or many, with what is under way. */
import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { methodKey } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { errorText } from '../../ui/error-text.ts'
import { toast } from '../../ui/toast.ts'
import { isOn } from './state.ts'

/** How many are turned on at a time: each binds a port, and the agent has other things to do. */
const AT_A_TIME = 8

export interface Switching {
  /** Names of the credentials that are being turned on or off. */
  readonly pending: ReadonlySet<string>
  readonly toggle: (credential: LocalCredential) => void
  /** How far turning on many has come; null when none is under way. */
  readonly progress: { readonly done: number; readonly total: number } | null
  readonly turnOn: (credentials: readonly LocalCredential[]) => void
}

export const useSwitch = (): Switching => {
  const bridge = useBridge()
  const queries = useQueryClient()
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set())
  const [progress, setProgress] = useState<Switching['progress']>(null)

  const actions = useMemo(() => {
    const put = async (name: string, on: boolean): Promise<void> => {
      setPending((before) => new Set(before).add(name))
      try {
        await bridge.call(on ? 'connect' : 'disconnect', { name })
      } finally {
        setPending((before) => new Set([...before].filter((other) => other !== name)))
      }
    }
    const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: methodKey('credentials') })

    const toggle = (credential: LocalCredential): void => {
      put(credential.granted.name, !isOn(credential))
        .catch((error: unknown) => toast(errorText(error).message, credential.granted.name))
        .then(refresh)
        .catch(() => {})
    }

    const turnOnAll = async (credentials: readonly LocalCredential[]): Promise<void> => {
      const names = credentials.map(({ granted }) => granted.name)
      const waiting = names.values()
      let done = 0
      let failed = 0
      setProgress({ done, total: names.length })
      const worker = async (): Promise<void> => {
        for (const name of waiting) {
          await put(name, true).catch(() => failed++)
          setProgress({ done: ++done, total: names.length })
        }
      }
      await Promise.all(Array.from({ length: AT_A_TIME }, worker))
      setProgress(null)
      const on = names.length - failed
      toast(
        failed === 0 ? text('resources.turnedOn', { count: on }) : text('resources.turnedOnSome', { count: on, failed }),
        'turned-on',
      )
      await refresh()
    }
    const turnOn = (credentials: readonly LocalCredential[]): void => {
      turnOnAll(credentials.filter((credential) => !isOn(credential) && credential.granted.bound)).catch(() => setProgress(null))
    }
    return { toggle, turnOn }
  }, [bridge, queries])

  return { pending, progress, ...actions }
}
