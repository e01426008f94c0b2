/** The listener of a credential, in words. */
import { errorTable, SallyportError } from '@sallyport/protocol'
import type { LocalCredential } from '../../shared/local-api.ts'
import type { Context } from '../context.ts'
import type { Color } from '../terminal/terminal.ts'
import { localTime } from '../views/time.ts'

export const stateText = ({ granted, listener }: LocalCredential): string => {
  if (listener.state === 'listening' && granted.inUse) return 'in use'
  return listener.state === 'port-taken' ? 'port taken' : listener.state
}

const portTaken = ({ granted, listener, port }: LocalCredential): string => {
  const owner = listener.state === 'port-taken' ? listener.owner : null
  return `Port ${port} is used by ${owner ?? 'another program'}. End that program, or choose another port: sallyport port ${granted.name} <port>`
}

/** What keeps tools from connecting, or did the last time; null: nothing known. */
export const troubleOf = (credential: LocalCredential): string | null => {
  const { granted, listener, lastError } = credential
  if (listener.state === 'port-taken') return `${granted.name}: ${portTaken(credential)}`
  if (listener.state === 'unbound') return `${granted.name}: ${errorTable.secret_unbound.text}`
  if (granted.inUse) {
    const { by, until } = granted.inUse
    return `${granted.name}: in use by ${by ?? 'somebody else'} until ${localTime(until)}, or longer; one person uses it at a time.`
  }
  return lastError && `${granted.name}: the last connection failed: ${lastError.message} (${lastError.code})`
}

export const stateColor = ({ granted, listener }: LocalCredential): Color | null => {
  if (listener.state === 'listening' && granted.inUse) return 'yellow'
  switch (listener.state) {
    case 'listening':
      return 'green'
    case 'off':
      return 'dim'
    case 'port-taken':
    case 'unbound':
      return 'red'
  }
}

/** Throws what keeps tools from connecting to it. */
export const assertListening = (credential: LocalCredential): void => {
  const { name } = credential.granted
  switch (credential.listener.state) {
    case 'listening':
      return
    case 'off':
      throw new SallyportError('conflict', { message: `${name} is off. Turn it on: sallyport connect ${name}` })
    case 'port-taken':
      throw new SallyportError('port_taken', { message: portTaken(credential) })
    case 'unbound':
      throw new SallyportError('secret_unbound')
  }
}

/** Turns the listener on if it is not. */
export const ensureListening = async (context: Context, credential: LocalCredential): Promise<LocalCredential> => {
  const { name } = credential.granted
  const connected =
    credential.listener.state === 'listening' ? credential : await (await context.agent()).call('connect', { name })
  assertListening(connected)
  return connected
}
