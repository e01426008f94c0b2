import { type Command, defineCommand } from '../command.ts'
import { secretLine } from '../parameters/files.ts'
import { option } from '../parameters/parameter.ts'
import { done } from '../route-command.ts'
import { message } from '../views/answer.ts'
import { newPassword } from './login.ts'
import { statusAnswer } from './status-view.ts'

export const sessionCommands: readonly Command[] = [
  defineCommand({
    words: 'logout',
    summary: 'Signs out and closes every connection',
    parameters: {},
    run: async (context) => {
      const agent = await context.agent()
      const status = await context.progress('Signing out', agent.call('signOut', {}))
      return message(status, 'You are signed out.')
    },
  }),
  defineCommand({
    words: 'renew',
    summary: 'Renews the certificate of your session now; connections go on',
    details: 'It is renewed at half of its life by itself.',
    parameters: {},
    run: async (context) => {
      const agent = await context.agent()
      const status = await context.progress('Renewing', agent.call('renew', {}))
      return message(status, 'Your session has a new certificate.')
    },
  }),
  defineCommand({
    words: 'status',
    summary: 'Shows who is signed in, where, and until when',
    parameters: {},
    run: async (context) => statusAnswer(await (await context.agent()).call('status', {})),
  }),
  defineCommand({
    words: 'password',
    summary: 'Changes your password; your other sessions end',
    parameters: {
      current: option('current-password-file <file>', 'a file with the present password', secretLine),
      next: option('new-password-file <file>', 'a file with the new one', secretLine),
    },
    run: async (context, values) => {
      const instead = 'Give files: --current-password-file <file> --new-password-file <file>'
      const current = values.current ?? (await context.prompter.ask('Present password: ', { hidden: true, instead }))
      const next = values.next ?? (await newPassword(context))
      await context.api('changePassword', { body: { current, next } })
      return done('The password is changed.')
    },
  }),
]
