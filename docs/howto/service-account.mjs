/**
 * Calls the Sallyport API as a service account, with nothing but Node: `node service-account.mjs <GET|POST|…> <path> [JSON body]`.
 *
 * SALLYPORT_API      origin of the API: https://sallyport.example:8443
 * SALLYPORT_ACCOUNT  id of the service account
 * SALLYPORT_KEY      file of its private key, PEM
 * SALLYPORT_PURPOSE  api or audit
 */
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

const { SALLYPORT_API: origin, SALLYPORT_ACCOUNT: account, SALLYPORT_KEY: file, SALLYPORT_PURPOSE: purpose } = process.env
const key = createPrivateKey(readFileSync(file))
const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
const keyId = createHash('sha256').update(publicKey).digest('base64url')

/** RFC 9421: the fields that make a request one that this key signed. */
const signed = (method, uri, { body, token }) => {
  const covered = {
    '@method': method,
    '@target-uri': uri,
    'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
    ...(body === '' ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Sallyport ${token}` }),
  }
  const names = Object.keys(covered).map((name) => `"${name}"`)
  const nonce = randomBytes(16).toString('base64url')
  const parameters =
    `(${names.join(' ')});created=${Math.floor(Date.now() / 1000)};nonce="${nonce}"` +
    `;alg="ecdsa-p256-sha256";keyid="${keyId}";tag="sallyport-call-v1"`
  const lines = Object.entries(covered).map(([name, value]) => `"${name}": ${value}`)
  const base = [...lines, `"@signature-params": ${parameters}`].join('\n')
  const signature = sign('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }).toString('base64')
  const fields = Object.entries(covered).filter(([name]) => !name.startsWith('@'))
  return { ...Object.fromEntries(fields), 'signature-input': `service=${parameters}`, 'signature': `service=:${signature}:` }
}

const call = async (method, path, { body = '', token } = {}) => {
  const uri = `${origin}${path}`
  const headers = signed(method, uri, { body, token })
  const answer = await fetch(uri, { method, headers, ...(body === '' ? {} : { body }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.status} ${text}`)
  return JSON.parse(text)
}

// A token lasts five minutes: a program that goes on asks for another one before.
const { token } = await call('POST', '/v1/service-tokens', { body: JSON.stringify({ account, purpose }) })
const [method, path, body] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await call(method, path, { body, token }), null, 2)}\n`)
