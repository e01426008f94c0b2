/**
 * The content security policy of the renderer's page, sent as a header by whoever serves it. Nothing inline, nothing foreign, no
 * text that becomes markup. Only over loopback the page may connect anywhere at all: to the server that it came from.
 */
export const contentPolicy = (host: 'electron' | 'loopback'): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${host === 'loopback' ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
