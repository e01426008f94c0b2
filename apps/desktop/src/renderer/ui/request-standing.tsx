/** Where a request stands, and whether it is more than an ordinary one. */
import type { AccessRequest } from '@sallyport/protocol/api'
import { requestStatus } from '../data/access-request.ts'
import { text } from '../texts/text.ts'
import { Label } from './label.tsx'
import { Status } from './status.tsx'
import { useNow } from './time.ts'

export const RequestStanding = ({ request }: { readonly request: AccessRequest }) => {
  const { kind, word } = requestStatus(request, useNow())
  return (
    <>
      <Status kind={kind}>{word}</Status>{' '}
      {request.kind === 'emergency' ? <Label tone="bad">{text('access.emergency')}</Label> : null}
      {request.kind === 'extension' ? <Label>{text('access.extension')}</Label> : null}
    </>
  )
}
