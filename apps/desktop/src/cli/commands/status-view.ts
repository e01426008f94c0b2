import type { AgentStatus } from '../../shared/local-api.ts'
import type { Answer } from '../views/answer.ts'
import { drawFields, type Field } from '../views/fields.ts'
import { withRelative } from '../views/time.ts'

const states: Readonly<Record<AgentStatus['state'], string>> = {
  'not-enrolled': 'not enrolled: sallyport login <invitation>',
  'signed-out': 'signed out: sallyport login',
  'signed-in': 'signed in',
}

const gatewayText = ({ name, connected, roundTripMs }: AgentStatus['gateways'][number]): string => {
  if (!connected) return `${name} (not connected)`
  return roundTripMs === null ? name : `${name} (${roundTripMs.toFixed(1)} ms)`
}

const statusFields = (status: AgentStatus): readonly Field[] => [
  ['State', states[status.state]],
  ['Ended', status.ended ? `${status.ended.message} (${status.ended.code})` : null],
  ['User', status.user ? `${status.user.firstName} ${status.user.lastName} <${status.user.email}>` : null],
  ['Organization', status.organization ? `${status.organization.name} (${status.organization.slug})` : null],
  ['Signed in until', withRelative(status.session?.expiresAt ?? null)],
  ['API', status.api ? `${status.api.origin}${status.api.reachable ? '' : ' (cannot be reached)'}` : null],
  ['Gateways', status.gateways.map(gatewayText).join(', ') || null],
  ['Connections', status.connections],
  ['Keys in', status.keyStorage],
  ['Profile', status.profile],
  ['Agent', `${status.version}, process ${status.pid}`],
]

export const statusAnswer = (status: AgentStatus): Answer => ({
  data: status,
  text: (style) => drawFields(statusFields(status), style),
})
