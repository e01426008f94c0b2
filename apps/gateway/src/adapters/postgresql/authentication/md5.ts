import { createHash } from 'node:crypto'

/** What AuthenticationMD5Password asks for: "md5", then hex of MD5(hex of MD5(password, user name), salt). */
export const md5Response = (secret: { readonly userName: string; readonly password: Buffer; readonly salt: Buffer }): Buffer => {
  const inner = createHash('md5').update(secret.password).update(secret.userName).digest('hex')
  return Buffer.from(`md5${createHash('md5').update(inner).update(secret.salt).digest('hex')}`)
}
