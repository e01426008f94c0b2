import {
  addressForms,
  addressIn,
  explicitUrl,
  jdbcUrl,
  libpqVariables,
  plainUrl,
  platformOf,
  postgresAddress,
  socketPath,
  socketUrl,
} from '../../shared/addresses.ts'
import { defineCommand } from '../command.ts'
import { grantedCredential } from '../credentials/granted.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, option } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'

export const urlCommand = defineCommand({
  words: 'url',
  summary: 'Prints the address of a credential in the form that a tool takes',
  details: 'No form holds a password: none is needed here.',
  parameters: {
    credential: argument('credential', 'name of a granted credential', grantedCredential),
    format: option('format <format>', 'url (if not given), psql, jdbc, env, docker or socket', choice(addressForms)),
    database: option('database <name>', 'another database than the first it may use', text),
  },
  examples: [
    'pg_dump "$(sallyport url shop-db/read-only)" > shop.sql',
    'eval "$(sallyport url shop-db/read-only --format env)"; pgbench -S',
  ],
  run: async (context, { credential, format = 'url', database }) => {
    const address = postgresAddress(credential, database)
    const { name } = credential.granted
    if (credential.listener.state !== 'listening') context.note(`Nothing listens there yet: sallyport connect ${name}`)
    const [socket, socketFile] = [socketUrl(address), socketPath(address)]
    return {
      data: {
        name,
        ...address,
        url: plainUrl(address),
        explicitUrl: explicitUrl(address),
        jdbc: jdbcUrl(address),
        environment: libpqVariables(address),
        socket,
        socketFile,
      },
      text: () => {
        const written = addressIn(format, address, platformOf(process.platform))
        if (written === null) throw invalid('This system has no unix sockets for tools. Use another --format.')
        return written
      },
    }
  },
})
