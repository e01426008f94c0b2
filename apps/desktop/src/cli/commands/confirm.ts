/** What a person confirms for longer than one command, and the codes for the day on which nobody else could. */
import { PRESENCE_VARIABLE } from '../agent/presence.ts'
import { type Command, defineCommand } from '../command.ts'
import { routeCommand } from '../route-command.ts'
import { message } from '../views/answer.ts'
import { localTime } from '../views/time.ts'

export const confirmCommands: readonly Command[] = [
  defineCommand({
    words: 'confirm',
    summary: 'Confirms in the browser that it is you, for several commands of administration in this terminal',
    details: `Such a command otherwise asks by itself, each time. Prints what the shell is to set; it counts for a few minutes, and for this
sign-in only. What needs a confirmation of its own, as an approval, asks for it all the same.`,
    parameters: {},
    examples: ['eval "$(sallyport confirm)"'],
    run: async (context) => {
      const { presence, expiresAt } = await context.presence.confirm()
      context.note(`Confirmed until ${localTime(expiresAt)}.`)
      return message({ presence, expiresAt }, `export ${PRESENCE_VARIABLE}=${presence}`)
    },
  }),
  routeCommand({
    words: 'recovery-codes show',
    summary: 'Shows how many of your recovery codes are left',
    route: 'getRecoveryCodes',
    parameters: {},
    input: () => ({}),
    answer: (found) =>
      message(
        found,
        found.createdAt === null
          ? 'You have no recovery codes.'
          : `${found.left} are left, made at ${localTime(found.createdAt)}.`,
      ),
  }),
  routeCommand({
    words: 'recovery-codes create',
    summary: 'Makes new recovery codes for yourself and shows them once; those before are void',
    details: `With your password and one of them you sign in on a new computer that nobody is there to approve: an administrator who is the
only one prints them and locks them away. Each works once.`,
    route: 'createRecoveryCodes',
    parameters: {},
    confirm: () => 'Make new recovery codes, so that earlier ones no longer work?',
    input: () => ({}),
    answer: (made) => message(made, made.codes.join('\n')),
  }),
]
