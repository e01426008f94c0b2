/** Codes for the day on which the password is lost: shown once, to be printed. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useBridge } from '../../bridge/bridge.ts'
import { useMethod } from '../../data/use-method.ts'
import { useChange, useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { errorText } from '../../ui/error-text.ts'
import { clockTime, useNow } from '../../ui/time.ts'
import { toast } from '../../ui/toast.ts'
import { SettingsGroup } from '../../ui/settings-group.tsx'
import styles from './settings.module.css'

export const RecoveryCodes = () => {
  const now = useNow()
  const known = useRoute('getRecoveryCodes', {})
  const create = useChange('createRecoveryCodes', ['getRecoveryCodes'])
  const [asking, setAsking] = useState(false)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const data = known.data
  const make = (): void =>
    create.mutate(
      {},
      {
        onSuccess: (made) => {
          setAsking(false)
          setCodes(made.codes)
          // The codes live in this component alone, until it is closed.
          create.reset()
        },
      },
    )
  return (
    <SettingsGroup title={text('settings.recovery')} hint={text('settings.recoveryHint')}>
      {known.error ? <p>{errorText(known.error).message}</p> : null}
      {data ? (
        <p>
          {data.createdAt === null ? text('settings.recoveryNone') : text('settings.recoveryLeft', { count: data.left })}{' '}
          {data.createdAt ? (
            <span className="muted">{text('settings.recoveryMade', { time: clockTime(data.createdAt, now) })}</span>
          ) : null}
        </p>
      ) : null}
      <Button variant="default" onClick={() => setAsking(true)}>
        {text('settings.recoveryMake')}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={text('settings.recoveryAsk')}
        confirm={text('settings.recoveryConfirm')}
        busy={create.isPending}
        error={create.error}
        onConfirm={make}
        onClose={() => setAsking(false)}
      >
        <p>{text('settings.recoveryAskText')}</p>
      </ConfirmDialog>
      {codes ? <CodesDialog codes={codes} onClose={() => setCodes(null)} /> : null}
    </SettingsGroup>
  )
}

const CodesDialog = ({ codes, onClose }: { readonly codes: readonly string[]; readonly onClose: () => void }) => {
  const bridge = useBridge()
  const canSave = useMethod('host', {}).data?.capabilities.includes('save-file') ?? false
  const save = (): void => {
    bridge
      .call('saveFile', { suggestedName: 'sallyport-recovery-codes.txt', content: `${codes.join('\n')}\n` })
      .then(({ saved }) => saved && toast(text('settings.recoverySaved'), 'recovery'))
      .catch((error: unknown) => toast(errorText(error).message, 'recovery'))
  }
  return (
    <Dialog opened onClose={onClose} title={text('settings.recoveryTitle')} size={560} closeOnClickOutside={false}>
      <p>{text('settings.recoveryNote')}</p>
      <ul className={`${styles['codes'] ?? ''} mono selectable`} aria-label={text('settings.recoveryList')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={styles['actions']}>
        {canSave ? (
          <Button variant="default" size="md" onClick={save}>
            {text('settings.recoverySave')}
          </Button>
        ) : null}
        <Button variant="filled" size="md" onClick={onClose}>
          {text('settings.recoveryClose')}
        </Button>
      </div>
    </Dialog>
  )
}
