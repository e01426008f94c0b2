/** Making new keys, in words. Nobody gains or loses access by any of them. */
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'

export const planRewrap = (): Plan =>
  plan(
    { route: 'rewrapKeys', input: {} },
    {
      title: text('keys.askRewrap'),
      text: text('keys.rewrapText'),
      confirm: text('keys.confirmRewrap'),
      done: text('keys.doneRewrap'),
    },
  )

export const planDataKeys = (): Plan =>
  plan(
    { route: 'rotateDataKeys', input: {} },
    { title: text('keys.askData'), text: text('keys.dataText'), confirm: text('keys.confirmData'), done: text('keys.doneData') },
  )

export const planVaultKey = (): Plan =>
  plan(
    { route: 'rotateVaultKey', input: {} },
    {
      title: text('keys.askVault'),
      text: text('keys.vaultText'),
      confirm: text('keys.confirmVault'),
      done: text('keys.doneVault'),
    },
  )

export const planIssuer = (): Plan =>
  plan(
    { route: 'rotateAuthority', input: { body: { what: 'issuer' } } },
    {
      title: text('keys.askIssuer'),
      text: text('keys.issuerText'),
      confirm: text('keys.confirmIssuer'),
      done: text('keys.doneIssuer'),
    },
  )

export const planRoot = (): Plan =>
  plan(
    { route: 'rotateAuthority', input: { body: { what: 'root' } } },
    { title: text('keys.askRoot'), text: text('keys.rootText'), confirm: text('keys.confirmRoot'), done: text('keys.doneRoot') },
  )

export const planDeploymentRoot = (): Plan =>
  plan(
    { route: 'rotateAuthority', input: { body: { what: 'deployment' } } },
    {
      title: text('keys.askDeployment'),
      text: text('keys.deploymentText'),
      confirm: text('keys.confirmDeployment'),
      done: text('keys.doneDeployment'),
    },
  )

export const planTokenKeys = (): Plan =>
  plan(
    { route: 'rotateTokenKeys', input: {} },
    {
      title: text('keys.askTokens'),
      text: text('keys.tokensText'),
      confirm: text('keys.confirmTokens'),
      done: text('keys.doneTokens'),
    },
  )
