/** The listener of a credential, in words. */
import { SallyportError } from '@sallyport/protocol'
import type { LocalCredential } from '../../shared/local-api.ts'
import type { Context } from '../context.ts'
import type { Color } from '../terminal/terminal.ts'

export const stateText = ({ listener }: LocalCredential): string => {
  switch (listener.state) {
    case 'port-taken':
      return listener.owner === null ? 'port taken' : `port taken by ${listener.owner}`
    case 'listening':
    case 'off':
    case 'unbound':
      return listener.state
  }
}

export const stateColor = ({ listener }: LocalCredential): Color | null => {
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
export const assertListening = ({ granted, listener, port }: LocalCredential): void => {
  switch (listener.state) {
    case 'listening':
      return
    case 'off':
      throw new SallyportError('conflict', { message: `${granted.name} is off. Turn it on: sallyport connect ${granted.name}` })
    case 'port-taken':
      throw new SallyportError('port_taken', {
        message: `Port ${port} is used by ${listener.owner ?? 'another program'}. End that program, or choose another port: sallyport port ${granted.name} <port>`,
      })
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
