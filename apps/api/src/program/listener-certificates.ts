/** Certificates of the two listeners: given as files, or of the deployment's own authority and renewed before they end. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Pool } from '../db/schema.ts'
import {
  type Authority,
  deploymentRoots,
  issueServerCertificate,
  listAllAuthorities,
  type SubjectName,
  toPem,
} from '../domains/authority/index.ts'
import { type ListenerCertificate, type ListenerTls, listenerTls } from '../http/tls.ts'

/** Milliseconds between looks at what changed. */
const REFRESH_INTERVAL = 15_000

export interface ListenerCertificates {
  readonly public: ListenerTls
  readonly gateway: ListenerTls
  /** Of the pages, where they are not on loopback. */
  readonly pages: ListenerTls
  /** DER of the root that clients need, at present; null: web PKI. */
  apiRoot(): Uint8Array | null
  /** Ends the looking. */
  close(): void
}

export interface CertificateParts {
  readonly config: Pick<Config, 'tls' | 'listen' | 'origins'>
  readonly pool: Pool
  readonly authority: Authority
  readonly logger: Logger
}

/** Under which names and addresses the listeners are reached. */
export const listenerNames = ({ listen, origins }: Pick<Config, 'listen' | 'origins'>): SubjectName[] => {
  const reached = [origins.public, origins.gateway, origins.pages].flatMap((origin) =>
    origin === null ? [] : [new URL(origin).hostname],
  )
  const hosts = [...reached, listen.public.host, listen.gateway.host, listen.pages.host].map((host) =>
    host.replaceAll(/^\[|\]$/g, ''),
  )
  const wildcards = new Set(['0.0.0.0', '::'])
  const names = [...new Set(hosts)].filter((host) => !wildcards.has(host))
  return names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))
}

interface Certified extends ListenerCertificate {
  /** Milliseconds since 1970 from when a new one is due; null: whenever the files change. */
  readonly renewAt: number | null
  /** Key of the deployment's root that signed it; null: another authority's. */
  readonly root: string | null
}

const readFiles = async (tls: NonNullable<Config['tls']>): Promise<Certified> => ({
  cert: await readFile(tls.certificateFile, 'utf8'),
  key: await readFile(tls.keyFile, 'utf8'),
  renewAt: null,
  root: null,
})

/** The key is made anew each time and never leaves memory. */
const issue = async ({ config, pool, authority }: CertificateParts): Promise<Certified> => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }))
  const names = listenerNames(config)
  const { certificates, root, expiresAt } = await issueServerCertificate(pool, authority, { names, publicKey })
  const now = authority.clock()
  return {
    cert: toPem(certificates),
    key: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    renewAt: now + (expiresAt.getTime() - now) / 2,
    root,
  }
}

/** Whom clients are told of: the newest root that every replica shows by now, also one that was slow. */
const rootOf = async ({ config, pool, authority }: CertificateParts): Promise<Uint8Array | null> => {
  if (config.tls === null) {
    const roots = await deploymentRoots(pool, authority)
    const shown = roots.find(({ createdAt }) => createdAt.getTime() + 4 * REFRESH_INTERVAL <= authority.clock())
    return (shown ?? roots.at(-1)!).certificate
  }
  if (config.tls.authorityFile === null) return null
  return new Uint8Array(new X509Certificate(await readFile(config.tls.authorityFile)).raw)
}

/** Never empty: without any organization the deployment's root stands there, which names no gateway. */
const clientAuthorities = async ({ pool, authority }: CertificateParts): Promise<string> => {
  const [root] = await deploymentRoots(pool, authority)
  return toPem([root!.certificate, ...(await listAllAuthorities(pool))])
}

export const startListenerCertificates = async (parts: CertificateParts): Promise<ListenerCertificates> => {
  const { config, authority, logger } = parts
  const obtain = (): Promise<Certified> => (config.tls === null ? issue(parts) : readFiles(config.tls))
  let certificate = await obtain()
  let apiRoot = await rootOf(parts)
  let authorities = await clientAuthorities(parts)
  const [open, closed] = [listenerTls(certificate, null), listenerTls(certificate, authorities)]

  const refreshCertificate = async (): Promise<void> => {
    const isOfNewest = certificate.root === null || (await deploymentRoots(parts.pool, authority))[0]?.keyId === certificate.root
    if (certificate.renewAt !== null && certificate.renewAt > authority.clock() && isOfNewest) return
    const next = await obtain()
    if (next.cert === certificate.cert) return
    certificate = next
    open.update({ certificate })
    closed.update({ certificate })
    logger.info({ event: 'listener.certificate-renewed' }, 'the listeners have a new certificate')
  }
  const refreshAuthorities = async (): Promise<void> => {
    const next = await clientAuthorities(parts)
    if (next === authorities) return
    authorities = next
    closed.update({ clientAuthorities: authorities })
  }
  let looking = false
  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    try {
      await refreshCertificate()
      await refreshAuthorities()
      apiRoot = await rootOf(parts)
    } catch (error) {
      logger.error({ event: 'listener.refresh-failed', error }, 'certificates of the listeners could not be refreshed')
    } finally {
      looking = false
    }
  }
  const timer = setInterval(() => void look(), REFRESH_INTERVAL)
  timer.unref()
  return { public: open, gateway: closed, pages: open, apiRoot: () => apiRoot, close: () => clearInterval(timer) }
}
