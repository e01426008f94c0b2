/** Which leases a change may concern; more than one part narrows it, none means all of the organization. */
export interface LeaseScope {
  readonly users?: readonly string[]
  readonly session?: string
  readonly device?: string
  readonly gateway?: string
  readonly credentials?: readonly string[]
  readonly resource?: string
}
