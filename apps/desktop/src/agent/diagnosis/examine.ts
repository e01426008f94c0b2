/**
 * Examines everything that a connection needs, and the way to it. Each thing is looked at, also where another one failed, and
 * told as soon as it is known.
 */
import { type ErrorCode, errorTable, isErrorCode, SallyportError } from '@sallyport/protocol'
import type { AgentStatus, LocalCredential } from '../../shared/local-api.ts'
import type { Diagnosis, Finding } from '../../shared/diagnosis.ts'
import type { SessionKeeper } from '../session/session-keeper.ts'
import type { GatewayLink } from '../tunnel/gateway-link.ts'
import { describeFailure, examineStep, examineWay, type Findings } from './hops.ts'

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
  /** Path of psql; null where it is not installed. */
  readonly findPsql: () => Promise<string | null>
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

async function* examineAgent({ status }: DiagnosisSources): Findings {
  const { version, pid } = status()
  yield fine({ area: 'agent', detail: `runs as process ${pid}, version ${version}` })
  return true
}

async function* examineKeys({ status, proveKeys }: DiagnosisSources): Findings {
  const found = await examineStep({ area: 'keys', subject: '', code: 'profile_unreadable' }, '', async () => {
    await proveKeys()
    return keyWords[status().keyStorage]
  })
  yield { ...found, milliseconds: null }
  return found.state === 'ok'
}

const examineClock = (now: string): Finding => {
  const skew = Date.now() - Date.parse(now)
  const seconds = Math.round(Math.abs(skew) / 1000)
  const detail = `${seconds} s ${skew > 0 ? 'ahead of' : 'behind'} the API`
  if (Math.abs(skew) > CLOCK_TOLERANCE) return failed({ area: 'clock', detail }, 'signature_expired')
  if (Math.abs(skew) > NOTABLE_SKEW) return notice({ area: 'clock', detail })
  return fine({ area: 'clock', detail: 'agrees with that of the API' })
}

type Health = Awaited<ReturnType<typeof askHealth>>

const askHealth = (keeper: DiagnosisSources['keeper']) => keeper.call('getHealth')

/** Of a part of the API that fails. */
const partWords: Readonly<Record<keyof Health['parts'], string>> = {
  database: 'its database has no room or does not answer, so that nothing is changed and no new connection opens',
  vault: 'its vault does not answer, so that no new connection opens',
  kms: 'its key management service fails, so that no new connection opens',
  log: 'its log does not answer, so that no new connection opens',
}

const examineParts = ({ parts }: Health, subject: string): Finding[] => {
  // A vault that does not answer cannot say how its service does.
  const failing = (['database', 'vault', 'kms', 'log'] as const).filter((name) => parts[name] === 'failing')
  return failing
    .filter((name) => name !== 'kms' || parts.vault === 'ok')
    .map((name) => notice({ area: 'api', subject, detail: partWords[name] }))
}

async function* examineApi({ status, keeper }: DiagnosisSources): Findings {
  const { api } = status()
  if (api === null) {
    yield failed({ area: 'api' }, 'not_enrolled')
    return false
  }
  const { hostname, port } = new URL(api.origin)
  const way = { area: 'api', subject: api.origin, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) } as const
  const isOpen = yield* examineWay({ ...way, code: 'api_unreachable' })
  // Only a session knows the certificate to trust; signed out, that something answers is all that can be said.
  if (keeper.running === null || !isOpen) return isOpen
  const health: { found?: Health } = {}
  const answer = await examineStep({ ...way, code: 'api_unreachable' }, 'answer', async () => {
    health.found = await askHealth(keeper)
    return `its certificate is trusted, and it answers; version ${health.found.version}`
  })
  yield answer
  if (health.found !== undefined) {
    yield examineClock(health.found.now)
    yield* examineParts(health.found, api.origin)
  }
  return answer.state === 'ok'
}

/** A signed call shows at once whether session, keys and clock are accepted. */
async function* examineSession({ status, keeper }: DiagnosisSources): Findings {
  const { state, ended } = status()
  if (state === 'not-enrolled') return false
  if (state === 'signed-out') {
    const code = ended !== null && isErrorCode(ended.code) ? ended.code : 'session_unknown'
    yield failed({ area: 'session', ...(ended === null ? {} : { detail: ended.message }) }, code)
    return false
  }
  try {
    const { user, session } = await keeper.call('getMe')
    yield fine({ area: 'session', detail: `${user.email}, until ${session.expiresAt}` })
    return true
  } catch (error) {
    const code = error instanceof SallyportError ? error.code : 'internal'
    yield failed({ area: 'session', detail: describeFailure(error) }, code)
    return false
  }
}

async function* examineGateway(link: GatewayLink): Findings {
  const { name, address } = link.entry
  const way = { area: 'gateway', subject: name, code: address === null ? 'relay_unavailable' : 'gateway_unreachable' } as const
  // The way to a relay is that to a gateway, and on from there.
  if (address !== null && !(yield* examineWay({ ...way, ...address }))) return false
  const encryption = await examineStep(way, 'encryption', async () => {
    await link.session()
    return 'both certificates are accepted'
  })
  yield encryption
  if (encryption.state === 'failed') return false
  const answer = await examineStep(way, 'answer', async () => {
    const milliseconds = await (await link.session()).ping()
    return `answers in ${milliseconds.toFixed(1)} ms`
  })
  yield answer
  return answer.state === 'ok'
}

/** Some at a time; told as they come, returned gateway by gateway. */
const examineGateways = async (links: readonly GatewayLink[], tell: Tell): Promise<Finding[]> => {
  const findings: Finding[] = []
  for (let at = 0; at < links.length; at += AT_A_TIME) {
    const some = await Promise.all(links.slice(at, at + AT_A_TIME).map((link) => gather(examineGateway(link), tell)))
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

async function* examineTools({ findPsql }: DiagnosisSources): Findings {
  const about = { area: 'tools', subject: 'psql' } as const
  const path = await findPsql().catch(() => null)
  yield path === null ? notice({ ...about, detail: 'is not installed' }) : fine({ ...about, detail: path })
  return path !== null
}

type Tell = (finding: Finding) => void

const gather = async (findings: Findings, tell: Tell): Promise<Finding[]> => {
  const found: Finding[] = []
  for (;;) {
    const next = await findings.next()
    if (next.done) return found
    found.push(next.value)
    tell(next.value)
  }
}

async function* examineListeners({ credentials }: DiagnosisSources): Findings {
  for (const credential of credentials()) yield examineListener(credential)
  return true
}

/** `tell`: told of each finding when it is made; areas come in any order. They are returned in the order of the way. */
export const examine = async (sources: DiagnosisSources, tell: Tell = () => {}): Promise<Diagnosis> => {
  const areas = [examineAgent, examineKeys, examineApi, examineSession]
  const groups = await Promise.all([
    ...areas.map((look) => gather(look(sources), tell)),
    examineGateways(sources.links(), tell),
    gather(examineListeners(sources), tell),
    gather(examineTools(sources), tell),
  ])
  return { at: new Date().toISOString(), findings: groups.flat() }
}
