import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'

/** The account's name where it is a local one; its number otherwise. */
export const userNameOf = async (uid: number): Promise<string> => {
  const own = userInfo()
  if (own.uid === uid) return own.username
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const line = accounts.split('\n').find((entry) => entry.split(':')[2] === String(uid))
  return line?.split(':')[0] ?? `uid ${uid}`
}
