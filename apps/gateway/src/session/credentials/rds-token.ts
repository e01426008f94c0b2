/** The token with which a user of Amazon RDS signs in by IAM (Amazon RDS user guide, "IAM database authentication"). */
import { createHash } from 'node:crypto'
import { type AwsKey, presign } from './aws-signature.ts'

/** Seconds: as long as RDS takes a token. */
const LIFETIME = 900
const NO_BODY = createHash('sha256').digest('hex')

export interface RdsLogin {
  readonly host: string
  readonly port: number
  readonly userName: string
  readonly region: string
}

/** A request to connect, signed and never sent: the server verifies it. The caller overwrites the result. */
export const rdsToken = ({ host, port, userName, region }: RdsLogin, key: AwsKey, now: number): Buffer =>
  Buffer.from(
    presign(
      {
        method: 'GET',
        host: `${host}:${port}`,
        path: '/',
        query: { Action: 'connect', DBUser: userName },
        region,
        service: 'rds-db',
        expiresIn: LIFETIME,
        now,
        payload: NO_BODY,
      },
      key,
    ),
  )
