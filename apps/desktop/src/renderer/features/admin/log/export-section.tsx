/** The log as a folder of files: where to, how far it has come, and how it is verified. The agent writes it, on this computer. */
import { Button, Progress, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { LogExport } from '../../../../shared/log-export.ts'
import { verifyLine } from '../../../../shared/verify-line.ts'
import { useAction, useMethod } from '../../../data/use-method.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Failure } from '../../../ui/failure.tsx'
import { bytes } from '../../../ui/numbers.ts'
import { GroupActions, SettingsGroup } from '../../../ui/settings-group.tsx'
import { Status } from '../../../ui/status.tsx'
import { useNow } from '../../../ui/time.ts'
import styles from './export-section.module.css'
import { withCopy } from './with-copy.tsx'

export const ExportSection = ({ signed }: { readonly signed: boolean }) => {
  const last = useMethod('logExport', {}).data?.export ?? null
  const underWay = last?.state === 'running' || last?.state === 'waiting'
  return (
    <SettingsGroup title={text('logExport.title')} hint={text('logExport.hint')}>
      {last === null ? null : underWay ? <UnderWay export={last} /> : <Ended export={last} />}
      {underWay ? null : signed ? (
        <Begin again={last?.state === 'done'} />
      ) : (
        <p className="muted">{text('logExport.notSigned')}</p>
      )}
    </SettingsGroup>
  )
}

/** `sallyport-log-acme-2026-11-22` */
const useFolderName = (): string => {
  const slug = useMethod('status', {}).data?.organization?.slug
  const day = new Date(useNow()).toISOString().slice(0, 10)
  return ['sallyport-log', ...(slug === undefined ? [] : [slug]), day].join('-')
}

/** A host with a dialog asks where to; otherwise it is typed here. `again`: there is one to look at. */
const Begin = ({ again }: { readonly again: boolean }) => {
  const show = useAction('showLogExport')
  const asks = useMethod('host', {}).data?.capabilities.includes('save-file') ?? false
  const name = useFolderName()
  const [typed, setTyped] = useState<string | null>(null)
  const begin = useAction('beginLogExport', ['logExport'])
  const folder = typed ?? `~/${name}`
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    begin.mutate(asks ? { suggestedName: name } : { folder: folder.trim() })
  }
  return (
    <form className={styles['part']} onSubmit={submit}>
      {asks ? null : (
        <TextInput
          label={text('logExport.folder')}
          description={text('logExport.folderHint')}
          value={folder}
          maxLength={4096}
          required
          withAsterisk={false}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <Failure error={begin.error ?? show.error} />
      <GroupActions>
        <Button type="submit" variant="default" loading={begin.isPending}>
          {text(again ? 'logExport.again' : 'logExport.start', { asks: String(asks) })}
        </Button>
        {again ? (
          <Button variant="default" loading={show.isPending} onClick={() => show.mutate({})}>
            {text('logExport.show')}
          </Button>
        ) : null}
      </GroupActions>
    </form>
  )
}

const UnderWay = ({ export: { state, entries, size, bytes: written, error } }: { readonly export: LogExport }) => {
  const cancel = useAction('cancelLogExport', ['logExport'])
  const progress = text('logExport.progress', { entries, size, bytes: bytes(written) })
  return (
    <div className={styles['part']}>
      <Progress.Root>
        <Progress.Section value={size === 0 ? 0 : (entries / size) * 100} aria-label={text('logExport.running')} />
      </Progress.Root>
      {state === 'waiting' ? <Status kind="ending">{text('logExport.waiting', { reason: error?.message ?? '' })}</Status> : null}
      <p className="numbers">{progress}</p>
      <p className="muted">{text('logExport.goesOn')}</p>
      <Failure error={cancel.error} />
      <GroupActions>
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate({})}>
          {text('logExport.cancel')}
        </Button>
      </GroupActions>
    </div>
  )
}

const Ended = ({ export: last }: { readonly export: LogExport }) => {
  switch (last.state) {
    case 'done':
      return <Done export={last} />
    case 'cancelled':
      return <p role="status">{text('logExport.cancelled')}</p>
    default:
      return <Failure error={text('logExport.failed', { reason: last.error?.message ?? '' })} />
  }
}

const Done = ({ export: { folder, size, bytes: written, key } }: { readonly export: LogExport }) => {
  const platform = useMethod('host', {}).data?.platform ?? 'linux'
  return (
    <>
      <p role="status">
        <Status kind="ready">{text('logExport.done')}</Status>
      </p>
      <Facts
        facts={[
          [text('logExport.where'), withCopy(folder, text('logExport.copyFolder'))],
          [text('logExport.head'), text('logExport.headText', { count: size, bytes: bytes(written) })],
          [text('logExport.key'), withCopy(key, text('logExport.copyKey'))],
          [text('logExport.verify'), withCopy(verifyLine({ path: folder, key }, platform), text('logExport.copyLine'))],
        ]}
      />
    </>
  )
}
