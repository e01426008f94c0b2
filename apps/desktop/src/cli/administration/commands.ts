/** Every command of administrators. */
import type { Command } from '../command.ts'
import { accessRequestCommands } from './access-requests.ts'
import { ruleCommands } from './access-rules.ts'
import { alertCommands } from './alerts.ts'
import { authorityCommands } from './authorities.ts'
import { openConnectionCommands } from './connections.ts'
import { credentialCommands } from './credentials.ts'
import { deviceCommands } from './devices.ts'
import { gatewayCommands } from './gateways.ts'
import { explainCommand, grantCommands } from './grants.ts'
import { keyCommands } from './keys.ts'
import { logCommands } from './log.ts'
import { peopleCommands } from './people.ts'
import { recordingCommands } from './recording.ts'
import { resourceTestCommands } from './resource-tests.ts'
import { resourceCommands } from './resources.ts'
import { rotationCommands } from './rotations.ts'
import { roleCommands } from './roles.ts'
import { secretCommands } from './secrets.ts'
import { leaseCommands, sessionCommands } from './sessions.ts'
import { serviceAccountCommands } from './service-accounts.ts'
import { settingsCommands } from './settings.ts'
import { sinkCommands } from './sinks.ts'
import { siteCommands } from './sites.ts'
import { storeCommands } from './stores.ts'
import { supportAccessCommands } from './support-access.ts'
import { tokenKeyCommands } from './token-keys.ts'
import { userCommands } from './users.ts'

export const administrationCommands: readonly Command[] = [
  ...userCommands,
  ...peopleCommands,
  ...roleCommands,
  ...grantCommands,
  explainCommand,
  ...accessRequestCommands,
  ...ruleCommands,
  ...siteCommands,
  ...resourceCommands,
  ...resourceTestCommands,
  ...credentialCommands,
  ...rotationCommands,
  ...secretCommands,
  ...storeCommands,
  ...gatewayCommands,
  ...deviceCommands,
  ...sessionCommands,
  ...openConnectionCommands,
  ...leaseCommands,
  ...alertCommands,
  ...keyCommands,
  ...tokenKeyCommands,
  ...serviceAccountCommands,
  ...supportAccessCommands,
  ...authorityCommands,
  ...logCommands,
  ...sinkCommands,
  ...recordingCommands,
  ...settingsCommands,
]
