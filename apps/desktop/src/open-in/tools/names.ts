import { SallyportError } from '@sallyport/protocol'
import type { Target } from '../target.ts'

/** Throws `invalid_request` where the database is called what the tool would read as something else. */
export const refuseDatabase = ({ database }: Target, unfit: RegExp, tool: string): void => {
  if (unfit.test(database) || !database.isWellFormed())
    throw new SallyportError('invalid_request', {
      message: `${tool} would read the name of this database as something else. Connect from ${tool} itself, with the address.`,
    })
}

export const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- XML has no form for these
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)

/** What a person types into a form of the tool. */
export const fieldsText = ({ host, port, toolUser, password, database }: Target): string =>
  `host ${host}, port ${port}, user ${toolUser}, password ${password}, database ${database}`
