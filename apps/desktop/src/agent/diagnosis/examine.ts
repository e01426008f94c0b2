/** Examines everything that a connection needs, and the way to it. Each thing is looked at, also where another one failed. */
import { type ErrorCode, errorTable, isErrorCode, SallyportError } from '@sallyport/protocol'
import type { AgentStatus, LocalCredential } from '../../shared/local-api.ts'
import type { Diagnosis, Finding } from '../../shared/diagnosis.ts'
import type { SessionKeeper } from '../session/session-keeper.ts'
import type { GatewayLink } from '../tunnel/gateway-link.ts'
import { describeFailure, examineStep, examineWay, isWell } from './hops.ts'

/** Milliseconds by which the clocks may differ before calls are refused, and a difference that deserves a word. */
const CLOCK_TOLERANCE = 60_000
const NOTABLE_SKEW = 10_000
/** Gateways that are looked at together. */
const AT_A_TIME = 4

export interface DiagnosisSources {
  readonly status: () => AgentStatus
  readonly keeper: Pick<SessionKeeper, 'running' | 'call'>
  /** Gateways of the session; none while nobody is signed in. */
  readonly links: () => readonly GatewayLink[]
  /** What is granted, with its listeners. */
  readonly credentials: () => readonly LocalCredential[]
  /** Whether the keys of the profile can be used now. */
  readonly proveKeys: () => Promise<void>
}

type Plain = Pick<Finding, 'area' | 'detail'> & { readonly subject?: string }

const fine = ({ area, subject = '', detail }: Plain): Finding => ({
  area,
  subject,
  step: '',
  state: 'ok',
  code: null,
  detail,
  milliseconds: null,
})
const notice = (plain: Plain): Finding => ({ ...fine(plain), state: 'notice' })
const failed = (plain: Omit<Plain, 'detail'> & { readonly detail?: string }, code: ErrorCode): Finding => ({
  ...fine({ ...plain, detail: plain.detail ?? errorTable[code].text }),
  state: 'failed',
  code,
})

const keyWords: Readonly<Record<AgentStatus['keyStorage'], string>> = {
  keychain: 'sealed by the keychain of this system',
  hardware: 'held by hardware',
  passphrase: 'sealed by a passphrase file, as was chosen; keep that file from others',
}

const examineKeys = async ({ status, proveKeys }: DiagnosisSources): Promise<Finding> => {
  const found = await examineStep({ area: 'keys', subject: '', code: 'profile_unreadable' }, '', async () => {
    await proveKeys()
    return keyWords[status().keyStorage]
  })
  return { ...found, milliseconds: null }
}

const examineClock = (now: string): Finding => {
  const skew = Date.now() - Date.parse(now)
  const seconds = Math.round(Math.abs(skew) / 1000)
  const detail = `${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the API`
  if (Math.abs(skew) > CLOCK_TOLERANCE) return failed({ area: 'clock', detail }, 'signature_expired')
  if (Math.abs(skew) > NOTABLE_SKEW) return notice({ area: 'clock', detail })
  return fine({ area: 'clock', detail: 'agrees with that of the API' })
}

const examineApi = async ({ status, keeper }: DiagnosisSources): Promise<Finding[]> => {
  const { api } = status()
  if (api === null) return [failed({ area: 'api' }, 'not_enrolled')]
  const { hostname, port } = new URL(api.origin)
  const way = { area: 'api', subject: api.origin, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) } as const
  const findings = await examineWay({ ...way, code: 'api_unreachable' })
  // Only a session knows the certificate to trust; signed out, that something answers is all that can be said.
  if (keeper.running === null || !isWell(findings)) return findings
  const health: { now?: string } = {}
  const answer = await examineStep({ ...way, code: 'api_unreachable' }, 'answer', async () => {
    const { version, now } = await keeper.call('getHealth')
    health.now = now
    return `its certificate is trusted, and it answers; version ${version}`
  })
  return [...findings, answer, ...(health.now === undefined ? [] : [examineClock(health.now)])]
}

/** A signed call shows at once whether session, keys and clock are accepted. */
const examineSession = async ({ status, keeper }: DiagnosisSources): Promise<Finding[]> => {
  const { state, ended } = status()
  if (state === 'not-enrolled') return []
  if (state === 'signed-out') {
    const code = ended !== null && isErrorCode(ended.code) ? ended.code : 'session_unknown'
    return [failed({ area: 'session', ...(ended === null ? {} : { detail: ended.message }) }, code)]
  }
  try {
    const { user, session } = await keeper.call('getMe')
    return [fine({ area: 'session', detail: `${user.email}, until ${session.expiresAt}` })]
  } catch (error) {
    const code = error instanceof SallyportError ? error.code : 'internal'
    return [failed({ area: 'session', detail: describeFailure(error) }, code)]
  }
}

const examineGateway = async (link: GatewayLink): Promise<Finding[]> => {
  const { name, address } = link.entry
  if (address === null) return []
  const way = { area: 'gateway', subject: name, ...address, code: 'gateway_unreachable' } as const
  const findings = await examineWay(way)
  if (!isWell(findings)) return findings
  const encryption = await examineStep(way, 'encryption', async () => {
    await link.session()
    return 'both certificates are accepted'
  })
  if (encryption.state === 'failed') return [...findings, encryption]
  const answer = await examineStep(way, 'answer', async () => {
    const milliseconds = await (await link.session()).ping()
    return `answers in ${milliseconds.toFixed(1)} ms`
  })
  return [...findings, encryption, answer]
}

const examineGateways = async (links: readonly GatewayLink[]): Promise<Finding[]> => {
  const findings: Finding[] = []
  for (let at = 0; at < links.length; at += AT_A_TIME) {
    const some = await Promise.all(links.slice(at, at + AT_A_TIME).map(examineGateway))
    findings.push(...some.flat())
  }
  return findings
}

const examineListener = ({ granted, listener, port, lastError }: LocalCredential): Finding => {
  const about = { area: 'listener', subject: granted.name } as const
  switch (listener.state) {
    case 'port-taken':
      return failed({ ...about, detail: `port ${port} belongs to ${listener.owner ?? 'another program'}` }, 'port_taken')
    case 'unbound':
      return failed(about, 'secret_unbound')
    case 'off':
      return fine({ ...about, detail: 'is off' })
    case 'listening':
      if (lastError === null) return fine({ ...about, detail: `listens on port ${port}` })
      return notice({
        ...about,
        detail: `listens on port ${port}; the last connection failed: ${lastError.message.slice(0, 500)}`,
      })
  }
}

export const examine = async (sources: DiagnosisSources): Promise<Diagnosis> => {
  const { version, pid } = sources.status()
  const [keys, api, session, gateways] = await Promise.all([
    examineKeys(sources),
    examineApi(sources),
    examineSession(sources),
    examineGateways(sources.links()),
  ])
  const findings = [
    fine({ area: 'agent', detail: `runs as process ${pid}, version ${version}` }),
    keys,
    ...api,
    ...session,
    ...gateways,
    ...sources.credentials().map(examineListener),
  ]
  return { at: new Date().toISOString(), findings }
}
