/** The page `docs/user/cli.md`, made from the commands so that it cannot lag behind them. */
import { askingText, type Command } from '../command.ts'
import type { CommandGroup } from '../commands.ts'
import { exitCodeMeanings } from '../exit-codes.ts'
import type { Parameter } from '../parameters/parameter.ts'

const introduction = `# The command line

\`sallyport\` speaks to the agent, the background process that holds your keys and connections, and starts it when needed. In this
repository it runs as \`npx sallyport\`. This page is made from the commands themselves, as is \`sallyport help <command>\`.

\`\`\`sh
sallyport login @invitation.txt        # once on each computer; asks for a new password
sallyport ls                           # what you can connect to, and where
sallyport psql shop-db/read-only       # psql on a credential nobody sees
sallyport url shop-db/read-only        # the address for another tool
\`\`\`

## Options of every command

- \`--json\`: the answer as JSON on standard output. A list is an array, one thing an object; \`--follow\` writes one object a line.
  Fields may be added later; none is renamed.
- \`--yes\`: does not ask before acts that cannot be undone. Without a terminal such acts need it.
- \`--no-color\`: no colours; nor are there any with \`NO_COLOR\` in the environment, in a pipe or in a file.
- \`--profile <folder>\`: another profile than the usual one, also as \`SALLYPORT_PROFILE\`.
- \`--passphrase-file <file>\`: where no keychain is, a file with the passphrase that seals the keys, also as
  \`SALLYPORT_PASSPHRASE_FILE\`.

Where a command names a user, role, site, resource, credential, gateway, device or session, it takes the id or a name that only one
has; credentials are named \`resource/credential\`. Durations are \`30m\`, \`4h\`, \`1h30m\`, \`7d\`; times are \`2026-11-22\`,
\`2026-11-22T14:00\` or a duration from now.

Passwords are asked for without being shown, or read from a file or standard input (\`-\`). No command takes one as an argument, where
other users of the computer could read it.

## Errors and exit codes

Errors go to standard error: a sentence, its code, and where a command helps, which one. With \`--json\` they are one line there,
\`{"error":{"code","message","details"?}}\`; codes are stable. The exit code says of what kind the error is:
`

const scripting = `
\`sallyport psql\` ends with the exit code of psql once psql runs, or 128 + n when signal n ended it.

## In scripts

\`\`\`sh
# Every address as a line of a hosts-like list.
sallyport ls --json | jq -r '.[] | "\\(.name) \\(.host):\\(.port) \\(.state)"'

# A dump, with the tool of your choice.
pg_dump "$(sallyport url shop-db/read-only)" > shop.sql

# Everything of libpq in this shell goes to the credential.
eval "$(sallyport url shop-db/read-only --format env)"; pgbench -S

# Sign in only when that is what is missing.
sallyport ls > /dev/null || { [ $? -eq 3 ] && sallyport login --email ada@example.org --password-file password.txt; }

# A database with one credential, for the members of a role.
sallyport admin resources add shop-db --host db.internal --tls-ca ca.pem
sallyport admin credentials add shop-db/read-only --user-name shop_ro --database shop --password-file shop_ro.txt
sallyport admin roles add-credential Developers shop-db/read-only
\`\`\`

## Completion

\`\`\`sh
source <(sallyport completion bash)     # in ~/.bashrc
source <(sallyport completion zsh)      # in ~/.zshrc, after compinit
sallyport completion fish | source      # in ~/.config/fish/config.fish
\`\`\`

# Commands
`

export const referencePage = (groups: readonly CommandGroup[]): string =>
  [introduction, exitCodeTable(), scripting, ...groups.map(groupSection)].join('\n')

const exitCodeTable = (): string => {
  const width = Math.max(...exitCodeMeanings.map(([, meaning]) => meaning.length))
  return [
    `| code | ${'meaning'.padEnd(width)} |`,
    `| ---- | ${'-'.repeat(width)} |`,
    ...exitCodeMeanings.map(([code, meaning]) => `| ${String(code).padEnd(4)} | ${meaning.padEnd(width)} |`),
  ].join('\n')
}

const groupSection = ({ heading, commands }: CommandGroup): string =>
  [`## ${heading.replace(/:$/, '')}`, '', ...commands.map(commandSection)].join('\n')

const commandSection = (command: Command): string => {
  const parameters = Object.values(command.parameters)
  const usage = [
    'sallyport',
    command.words,
    ...parameters.filter(({ kind }) => kind === 'argument').map(({ usage: text }) => text),
  ]
  const asking = askingText(command, '`--yes`')
  const options = parameters.some(({ kind }) => kind === 'option') ? ['[options]'] : []
  return [
    `### ${command.words}`,
    '',
    `${command.summary}.`,
    ...(command.details === undefined ? [] : ['', command.details]),
    ...(asking === null ? [] : ['', asking]),
    '',
    '```sh',
    [...usage, ...options].join(' '),
    ...(command.examples ?? []).map((example) => `# ${example}`),
    '```',
    '',
    ...(parameters.length === 0 ? [] : [...parameters.map(parameterLine), '']),
  ].join('\n')
}

const parameterLine = ({ usage, summary, required, kind }: Parameter): string =>
  `- \`${usage}\`: ${summary.replaceAll('<', '\\<')}${required && kind === 'option' ? ' (required)' : ''}`
