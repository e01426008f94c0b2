/** What the gateway asks the API for; every call signed with the gateway key, under mutual TLS. */
import type { LeaseAnswer, LeaseRenewalAnswer } from '@sallyport/protocol'
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'

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
  requestLease(request: string): Promise<LeaseAnswer>
  renewLeases(renewal: string): Promise<LeaseRenewalAnswer>
  endLeases(leases: readonly LeaseEnd[]): Promise<void>
  /** Resolves with the number up to which everything is committed. */
  uploadActivity(body: { readonly batch: string; readonly lines: string }): Promise<{ readonly next: number }>
}
