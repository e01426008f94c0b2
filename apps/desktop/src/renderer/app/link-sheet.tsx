/**
 * Somebody opened `sallyport://connect/…`. It may have been a page that wants a connection: nothing happens before a click, and
 * the focus is on the way out. Another link replaces this one.
 */
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { useBridge } from '../bridge/bridge.ts'
import { titleOf } from '../data/credential.ts'
import { useAction, useMethod } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'

export const LinkSheet = () => {
  const bridge = useBridge()
  const [, navigate] = useLocation()
  const [credential, setCredential] = useState<string | null>(null)
  const credentials = useMethod('credentials', {}).data?.items
  const connect = useAction('connect', ['credentials'])
  useEffect(
    () =>
      bridge.subscribe((event) => {
        if (event.event === 'link') setCredential(event.credential)
      }),
    [bridge],
  )
  const known = credentials?.find(({ granted }) => granted.credential === credential)
  const close = (): void => setCredential(null)
  const open = (): void => {
    if (!known) return close()
    connect.mutate(
      { name: known.granted.name },
      {
        onSuccess: () => {
          close()
          navigate(`/resources/${known.granted.credential}`)
        },
      },
    )
  }
  return (
    <ConfirmDialog
      opened={credential !== null}
      title={known ? text('shell.linkTitle', { name: titleOf(known) }) : text('shell.linkUnknown')}
      confirm={known ? text('shell.linkOpen') : text('common.close')}
      busy={connect.isPending}
      error={connect.error}
      onConfirm={open}
      onClose={close}
    >
      {known ? text('shell.linkText') : null}
    </ConfirmDialog>
  )
}
