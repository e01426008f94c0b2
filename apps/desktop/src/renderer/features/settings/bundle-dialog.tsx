/** The bundle is shown as it is before it goes anywhere. */
import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { useBridge } from '../../bridge/bridge.ts'
import { useAction, useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { MAX_COPIED, useCopy } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { errorText } from '../../ui/error-text.ts'
import { ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.ts'
import styles from './settings.module.css'

export const BundleDialog = ({ onClose }: { readonly onClose: () => void }) => {
  const bridge = useBridge()
  const copy = useCopy()
  const canSave = useMethod('host', {}).data?.capabilities.includes('save-file') ?? false
  const bundle = useAction('bundle')
  const { data, mutate } = bundle
  useEffect(() => mutate({}), [mutate])
  const save = (): void => {
    if (!data) return
    bridge
      .call('saveFile', { suggestedName: data.fileName, content: data.text })
      .then(({ saved }) => {
        if (!saved) return
        toast(text('settings.bundleSaved', { name: data.fileName }), 'bundle')
        onClose()
      })
      .catch((error: unknown) => toast(errorText(error).message, 'bundle'))
  }
  return (
    <Dialog opened onClose={onClose} title={text('settings.bundleTitle')} size={680}>
      <p>{text('settings.bundleNote')}</p>
      {bundle.error ? <ErrorBar error={bundle.error} /> : null}
      {!data && !bundle.error ? <SkeletonRows count={4} /> : null}
      {data ? (
        <pre className={`${styles['bundle'] ?? ''} mono`} tabIndex={0} role="region" aria-label={text('settings.bundleContent')}>
          {data.text}
        </pre>
      ) : null}
      <div className={styles['actions']}>
        <Button variant="default" size="md" onClick={onClose}>
          {text('common.cancel')}
        </Button>
        {data && data.text.length <= MAX_COPIED ? (
          <Button variant="default" size="md" onClick={() => copy(data.text, data.fileName)}>
            {text('settings.bundleCopy')}
          </Button>
        ) : null}
        {canSave ? (
          <Button variant="filled" size="md" disabled={!data} onClick={save}>
            {text('settings.bundleSave')}
          </Button>
        ) : null}
      </div>
    </Dialog>
  )
}
