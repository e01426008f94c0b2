/** The port of a credential on this computer: the organization's, unless somebody chose another here. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { useAction } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { errorText } from '../../ui/error-text.ts'
import styles from './resources.module.css'

const LAST_PORT = 65_535

export const PortForm = ({ credential }: { readonly credential: LocalCredential }) => {
  const { name } = credential.granted
  const [typed, setTyped] = useState(String(credential.port))
  const [wrong, setWrong] = useState(false)
  const setPort = useAction('setPort', ['credentials'])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const port = Number(typed)
    const fits = Number.isInteger(port) && port >= 1 && port <= LAST_PORT
    setWrong(!fits)
    if (fits) setPort.mutate({ name, port })
  }
  const error = wrong ? text('resources.portError') : setPort.error ? errorText(setPort.error).message : null
  return (
    <form onSubmit={submit}>
      <TextInput
        label={text('resources.port')}
        description={text('resources.portHint')}
        inputMode="numeric"
        value={typed}
        error={error}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <div className={styles['problemActions']}>
        <Button type="submit" variant="default" disabled={typed === String(credential.port)} loading={setPort.isPending}>
          {text('resources.portSave')}
        </Button>
        {credential.portOverridden ? (
          <Button
            variant="subtle"
            onClick={() => setPort.mutate({ name, port: null }, { onSuccess: ({ port }) => setTyped(String(port)) })}
          >
            {text('resources.portReset')}
          </Button>
        ) : null}
      </div>
    </form>
  )
}
