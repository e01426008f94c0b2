/**
 * Every text that the renderer shows: a file for each feature under `en/`, in ICU MessageFormat, so that a translation is
 * another folder. `<b>…</b>` marks what stands out.
 */
import { access } from './en/access.ts'
import { activity } from './en/activity.ts'
import { admin } from './en/admin.ts'
import { alerts } from './en/alerts.ts'
import { approvals } from './en/approvals.ts'
import { audit } from './en/audit.ts'
import { browser } from './en/browser.ts'
import { catalogue } from './en/catalogue.ts'
import { common } from './en/common.ts'
import { connections } from './en/connections.ts'
import { devices } from './en/devices.ts'
import { errors } from './en/errors.ts'
import { firstRun } from './en/first-run.ts'
import { gateways } from './en/gateways.ts'
import { keys } from './en/keys.ts'
import { lock } from './en/lock.ts'
import { log } from './en/log.ts'
import { logExport } from './en/log-export.ts'
import { organization } from './en/organization.ts'
import { presence } from './en/presence.ts'
import { reach } from './en/reach.ts'
import { requests } from './en/requests.ts'
import { resources } from './en/resources.ts'
import { roles } from './en/roles.ts'
import { rotation } from './en/rotation.ts'
import { rules } from './en/rules.ts'
import { serviceAccounts } from './en/service-accounts.ts'
import { session } from './en/session.ts'
import { settings } from './en/settings.ts'
import { shell } from './en/shell.ts'
import { sinks } from './en/sinks.ts'
import { stores } from './en/stores.ts'
import { support } from './en/support.ts'
import { users } from './en/users.ts'
import { witnesses } from './en/witnesses.ts'

export const english = {
  access,
  activity,
  admin,
  alerts,
  approvals,
  audit,
  browser,
  catalogue,
  common,
  connections,
  devices,
  errors,
  firstRun,
  gateways,
  keys,
  lock,
  log,
  logExport,
  organization,
  presence,
  reach,
  requests,
  resources,
  roles,
  rotation,
  rules,
  serviceAccounts,
  session,
  settings,
  shell,
  sinks,
  stores,
  support,
  users,
  witnesses,
} as const

type Catalogue = typeof english
type Feature = keyof Catalogue

export type TextKey = { [F in Feature]: `${F}.${keyof Catalogue[F] & string}` }[Feature]

/** The English text behind a key, for its arguments' names. */
export type TextOf<Key extends TextKey> = Key extends `${infer F}.${infer Name}`
  ? F extends Feature
    ? Name extends keyof Catalogue[F]
      ? Catalogue[F][Name] & string
      : never
    : never
  : never
