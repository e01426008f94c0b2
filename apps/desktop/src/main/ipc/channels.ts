/** The three words between preload and main. What they carry is the contract of `shared/app-api.ts`. */
export const REQUEST_CHANNEL = 'sallyport:request'
export const EVENT_CHANNEL = 'sallyport:event'
/** The page listens from here on: events that waited for it may come. */
export const LISTENING_CHANNEL = 'sallyport:listening'
