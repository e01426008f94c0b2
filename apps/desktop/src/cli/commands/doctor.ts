import { type ErrorCode, errorTable, isErrorCode, SallyportError } from '@sallyport/protocol'
import type { LocalClient } from '../../local/local-client.ts'
import { thisSystem } from '../../open-in/system/this-system.ts'
import { findPostgresTool } from '../../open-in/tools/find-psql.ts'
import type { AgentStatus, LocalCredential } from '../../shared/local-api.ts'
import { adviceOn } from '../advice.ts'
import { defineCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { troubleOf } from '../credentials/listener.ts'
import { exitCodes } from '../exit-codes.ts'
import { toSallyportError } from '../failure.ts'
import { oneLine } from '../terminal/printable.ts'
import { write } from '../terminal/output.ts'
import type { Style } from '../terminal/terminal.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly found: string
  /** What is wrong; decides the exit code. null for what only deserves a look. */
  readonly code: ErrorCode | null
  readonly advice: string | null
}

/** Milliseconds by which the clocks may differ. */
const CLOCK_TOLERANCE = 60_000

const fine = (name: string, found: string): Check => ({ name, ok: true, found, code: null, advice: null })
const wrong = (name: string, code: ErrorCode, text: { readonly found?: string; readonly advice?: string } = {}): Check => ({
  name,
  ok: false,
  found: text.found ?? errorTable[code].text,
  code,
  advice: text.advice ?? adviceOn(code) ?? null,
})
const notice = (name: string, found: string, advice: string): Check => ({ name, ok: false, found, code: null, advice })
const failed = (name: string, error: unknown): Check => {
  const { code, message } = toSallyportError(error)
  return wrong(name, code, { found: message })
}

export const doctorCommand = defineCommand({
  words: 'doctor',
  summary: 'Checks agent, keys, API, clock, gateways and listeners, and says what to do',
  parameters: {},
  run: async (context) => {
    const checks = await context.progress('Checking', examine(context))
    const text = context.options.json
      ? JSON.stringify({ checks }, null, 2)
      : checks.map((check) => draw(check, context.style)).join('\n')
    await write(process.stdout, `${text}\n`)
    const code = checks.find((check) => check.code !== null)?.code
    return code ? exitCodes[errorTable[code].kind] : 0
  },
})

const draw = ({ name, ok, found, code, advice }: Check, style: Style): string => {
  const mark = ok ? style.paint('green', '✓') : code === null ? style.paint('yellow', '!') : style.paint('red', '✗')
  return `${mark} ${name.padEnd(10)} ${oneLine(found)}${advice === null ? '' : `\n             → ${oneLine(advice)}`}`
}

const examine = async (context: Context): Promise<Check[]> => {
  let agent: LocalClient
  let status: AgentStatus
  try {
    agent = await context.agent()
    status = await agent.call('status', {})
  } catch (error) {
    return [failed('Agent', error)]
  }
  const items = status.state === 'signed-in' ? (await agent.call('credentials', {})).items : []
  return [
    fine('Agent', `runs as process ${status.pid}, version ${status.version}`),
    checkKeys(status),
    checkApi(status),
    ...(await checkSession(context, status)),
    ...status.gateways.map(checkGateway),
    ...items.map(checkListener),
    await checkPsql(),
  ]
}

const checkKeys = ({ keyStorage }: AgentStatus): Check => {
  switch (keyStorage) {
    case 'keychain':
      return fine('Keys', 'sealed by the keychain of this system')
    case 'hardware':
      return fine('Keys', 'held by hardware')
    case 'passphrase':
      return fine('Keys', 'sealed by a passphrase file, as was chosen; keep that file from others')
  }
}

const checkApi = ({ api }: AgentStatus): Check => {
  if (api === null) return wrong('API', 'not_enrolled', { advice: 'sallyport login <invitation>' })
  if (api.reachable) return fine('API', `${api.origin} answers`)
  return wrong('API', 'api_unreachable', {
    found: `${api.origin} does not answer`,
    advice: 'Check network, VPN and proxy of this computer, and whether the address is right.',
  })
}

/** A signed call shows at once whether session, keys and clock are accepted. */
const checkSession = async (context: Context, status: AgentStatus): Promise<Check[]> => {
  if (status.state === 'not-enrolled') return []
  if (status.state === 'signed-out') {
    const { code, message } = status.ended ?? { code: 'session_unknown', message: errorTable.session_unknown.text }
    return [wrong('Session', isErrorCode(code) ? code : 'session_unknown', { found: message })]
  }
  try {
    const me = await context.api('getMe')
    const skew = Date.parse(me.session.lastUsedAt) - Date.now()
    const clock =
      skew > CLOCK_TOLERANCE
        ? wrong('Clock', 'signature_expired', {
            found: `is ${Math.round(skew / 1000)} s behind that of the API`,
            advice: 'Let this computer set its time by the network.',
          })
        : fine('Clock', 'is accepted by the API')
    return [fine('Session', `${me.user.email}, until ${me.session.expiresAt}`), clock]
  } catch (error) {
    if (error instanceof SallyportError && error.code === 'signature_expired')
      return [wrong('Clock', 'signature_expired', { advice: 'Let this computer set its time by the network.' })]
    return [failed('Session', error)]
  }
}

const checkGateway = ({ name, connected, roundTripMs }: AgentStatus['gateways'][number]): Check =>
  connected || roundTripMs !== null
    ? fine('Gateway', `${name} answers${roundTripMs === null ? '' : ` in ${roundTripMs.toFixed(1)} ms`}`)
    : notice(
        'Gateway',
        `${name} is not connected`,
        'Connections are made when needed; if that fails, check that this network lets it through.',
      )

const checkListener = (credential: LocalCredential): Check => {
  const { granted, listener, port } = credential
  const trouble = troubleOf(credential)
  if (trouble === null) return fine('Listener', `${granted.name} on port ${port}: ${listener.state}`)
  if (listener.state === 'port-taken') return wrong('Listener', 'port_taken', { found: trouble })
  if (listener.state === 'unbound') return wrong('Listener', 'secret_unbound', { found: trouble })
  return notice('Listener', trouble, 'Connect again; if it stays, tell an administrator.')
}

const checkPsql = async (): Promise<Check> => {
  const path = await findPostgresTool(thisSystem(), 'psql')
  if (path !== null) return fine('psql', path)
  return notice('psql', 'is not installed', 'Only sallyport psql needs it; other tools connect by themselves.')
}
