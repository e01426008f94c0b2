/** The page's own scheme: its files, read once, under a policy that lets it load nothing else. Never `file:`. */
import type { Protocol } from 'electron'
import type { Assets } from '../../host/assets.ts'
import { pageHeaders } from '../../host/page-headers.ts'
import { APP_SCHEME, ownPath } from '../ipc/page-address.ts'

/** To be called before the app is ready. */
export const registerAppScheme = (protocol: Protocol): void => {
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true, codeCache: true } }])
}

export const serveAppScheme = (protocol: Protocol, assets: Assets): void => {
  protocol.handle(APP_SCHEME, (request) => {
    const path = request.method === 'GET' ? ownPath(request.url) : null
    const asset = path === null ? null : assets.find(path)
    const headers = pageHeaders('electron')
    if (asset === null) return new Response(null, { status: 404, headers })
    return new Response(new Uint8Array(asset.body), { headers: { ...headers, 'content-type': asset.type } })
  })
}
