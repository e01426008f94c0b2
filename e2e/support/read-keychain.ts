/** Prints what the keychain of its environment holds for a profile, base64url: node read-keychain.ts <account>. */
import { Entry } from '@napi-rs/keyring'

const [account = ''] = process.argv.slice(2)
const secret = new Entry('Sallyport', account, { linux: { store: 'secret-service' } }).getSecret()
if (secret === null) throw new Error(`nothing is kept for ${account}`)
process.stdout.write(Buffer.from(secret).toString('base64url'))
