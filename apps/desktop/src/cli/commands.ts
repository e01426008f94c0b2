/** Every command, in the order of the help. */
import { administrationCommands } from './administration/commands.ts'
import type { Command } from './command.ts'
import { activityCommands } from './commands/activity.ts'
import { approvalCommands } from './commands/approvals.ts'
import { agentCommands } from './commands/agent.ts'
import { auditCommands } from './commands/audit.ts'
import { completionCommand } from './commands/completion.ts'
import { confirmCommands } from './commands/confirm.ts'
import { connectionCommands } from './commands/connections.ts'
import { credentialCommands } from './commands/credentials.ts'
import { doctorCommand } from './commands/doctor.ts'
import { explainMineCommand } from './commands/explain.ts'
import { emergencyCommand } from './commands/emergency.ts'
import { logsCommands } from './commands/logs.ts'
import { openCommand } from './commands/open.ts'
import { psqlCommand } from './commands/psql.ts'
import { requestCommands } from './commands/requests.ts'
import { resourcesCommand } from './commands/resources.ts'
import { loginCommand } from './commands/login.ts'
import { sessionCommands } from './commands/session.ts'
import { toolCommands } from './commands/tools.ts'
import { uiCommand } from './commands/ui.ts'
import { urlCommand } from './commands/url.ts'

export interface CommandGroup {
  readonly heading: string
  readonly commands: readonly Command[]
}

export const commandGroups: readonly CommandGroup[] = [
  { heading: 'Signing in:', commands: [loginCommand, ...sessionCommands, ...confirmCommands] },
  {
    heading: 'Connecting:',
    commands: [...credentialCommands, openCommand, psqlCommand, urlCommand, resourcesCommand, ...connectionCommands],
  },
  { heading: 'Asking for access:', commands: [explainMineCommand, ...requestCommands, emergencyCommand, ...approvalCommands] },
  { heading: 'Looking back:', commands: [...auditCommands, ...activityCommands, ...logsCommands] },
  { heading: 'This computer:', commands: [...agentCommands, uiCommand, ...toolCommands, doctorCommand, completionCommand] },
  { heading: 'Administration:', commands: administrationCommands },
]

/** Commands of several words lie in groups. */
export const groupSummaries: Readonly<Record<string, string>> = {
  'agent': 'The background process that holds keys and connections',
  'tools': 'Programs that sallyport open starts',
  'recovery-codes': 'Printed codes for the day on which nobody can approve your new computer',
  'requests': 'Access that you ask for',
  'approvals': 'Access that others ask you for',
  'admin': 'Administration: users, roles, resources, gateways and more',
  'logs': 'Recordings that are encrypted to recipients',
  'admin users': 'People and their invitations',
  'admin people': 'What is held about people, exporting and erasing it',
  'admin roles': 'What groups of people may do and reach',
  'admin grants': 'Temporary access of one person',
  'admin requests': 'What people asked for',
  'admin rules': 'Who may ask for what, and who approves it',
  'admin sites': 'Where resources and gateways are',
  'admin resources': 'Databases and servers to reach',
  'admin credentials': 'Identities on resources',
  'admin secrets': 'Passwords and keys of credentials, sealed here',
  'admin stores': 'Third-party stores, in which secrets may lie',
  'admin gateways': 'Gateways and relays',
  'admin devices': 'Enrolled computers',
  'admin sessions': 'Sign-ins',
  'admin connections': 'Connections that are open now',
  'admin leases': 'Credentials in use',
  'admin log': 'The log as it is proven',
  'admin alerts': 'What looked wrong',
  'admin recording': 'Where activity is kept, and who can read it',
  'admin settings': 'Settings of the organization',
}

export const allCommands: readonly Command[] = commandGroups.flatMap(({ commands }) => commands)
