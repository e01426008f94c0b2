/** Secrets go to the vault as the client sealed them: nothing here can open one. */
import type { HandlersOf } from '../handler.ts'

export const secretHandlers = {
  createSecret: (context, { body }) =>
    context.dependencies.vault.createSecret({ ...body, organization: context.organization.id, actor: context.actor }),
  replaceSecret: (context, { parameters, body }) =>
    context.dependencies.vault.replaceSecret({
      ...body,
      secret: parameters.secret,
      organization: context.organization.id,
      actor: context.actor,
    }),
  bindSecret: (context, { parameters, body }) =>
    context.dependencies.vault.bindSecret({
      ...body,
      secret: parameters.secret,
      organization: context.organization.id,
      actor: context.actor,
    }),
} satisfies HandlersOf<'createSecret' | 'replaceSecret' | 'bindSecret'>
