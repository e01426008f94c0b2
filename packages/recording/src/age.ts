/**
 * Recordings: JSON lines of records, encrypted to recipients in the format of age (https://age-encryption.org/v1), so that the
 * program `age` reads them, too.
 */
import { Decrypter, Encrypter } from 'age-encryption'

/** `recipients`: `age1…`. Throws for one that is none. */
export const sealRecording = async (lines: Uint8Array, recipients: readonly string[]): Promise<Uint8Array> => {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return encrypter.encrypt(lines)
}

/** `identities`: `AGE-SECRET-KEY-1…`. Throws when it is for none of them, or was changed. */
export const openRecording = async (file: Uint8Array, identities: readonly string[]): Promise<Uint8Array> => {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  return decrypter.decrypt(file)
}

/** The identities of a file as `age-keygen` writes it: one a line, comments begin with #. */
export const identitiesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
