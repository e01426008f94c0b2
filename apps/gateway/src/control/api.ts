/** What the gateway asks the API for; every call signed with the gateway key, under mutual TLS. */
import type { LeaseAnswer, LeaseRenewalAnswer, GatewayJob, JobOutcome, Retention, Sealed } from '@sallyport/protocol'
import type { InputOf, ResponseOf, RouteOf } from '@sallyport/protocol/api'

export type GatewayMaterial = ResponseOf<RouteOf<'renewGateway'>>

export interface LeaseEnd {
  readonly id: string
  /** Code of the reason. */
  readonly reason: string
}

/** Every method rejects with a coded error: the API's own, or `api_unreachable`. */
export interface GatewayApi {
  renewCertificate(request: { readonly csr: string; readonly version: string }): Promise<GatewayMaterial>
  fetchTrustBundle(): Promise<string>
  fetchRetention(): Promise<Retention>
  requestLease(request: string): Promise<LeaseAnswer>
  renewLeases(renewal: string): Promise<LeaseRenewalAnswer>
  endLeases(leases: readonly LeaseEnd[]): Promise<void>
  /** Null when nothing waits for this gateway. */
  takeJob(): Promise<GatewayJob | null>
  storePendingSecret(
    job: string,
    body: { readonly take: string; readonly vaultKey: string; readonly sealed: Sealed },
  ): Promise<void>
  finishJob(job: string, body: { readonly take: string; readonly result: JobOutcome }): Promise<void>
  /** Resolves with the number up to which everything is committed. */
  uploadActivity(body: InputOf<RouteOf<'uploadActivity'>>['body']): Promise<{ readonly next: number }>
}
