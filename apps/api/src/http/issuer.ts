import type { Contact } from '../dependencies.ts'

/** `iss` of the organization's tokens, where no store says otherwise. */
export const tokenIssuerOf = ({ origins }: Pick<Contact, 'origins'>, organization: string): string =>
  `${origins.public}/v1/token-issuers/${organization}`
