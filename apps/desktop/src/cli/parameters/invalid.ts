import { SallyportError } from '@sallyport/protocol'

/** What was typed cannot be used: says what would do. */
export const invalid = (text: string): SallyportError => new SallyportError('invalid_request', { message: text })
