/** Ids of what the stories show, by its number. */
import { id } from '../people.ts'
import { CONNECTION, CREDENTIAL, GATEWAY, LEASE, RESOURCE, ROLE, SITE, STORE } from './kinds.ts'
import { users } from './people.ts'
import { devices, sessions } from './devices.ts'

export const idOf = {
  user: (number: number): string => users[number - 1]!.id,
  role: (number: number): string => id(ROLE, number),
  resource: (number: number): string => id(RESOURCE, number),
  credential: (number: number): string => id(CREDENTIAL, number),
  gateway: (number: number): string => id(GATEWAY, number),
  device: (number: number): string => devices[number - 1]!.id,
  session: (number: number): string => sessions[number - 1]!.id,
  connection: (number: number): string => id(CONNECTION, number),
  lease: (number: number): string => id(LEASE, number),
  store: (number: number): string => id(STORE, number),
  site: (number: number): string => id(SITE, number),
}
