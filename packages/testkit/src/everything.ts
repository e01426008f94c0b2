/**
 * `SALLYPORT_EVERYTHING=1`, as in CI: what is alike is examined in each of its cases, and what is measured as often as its promise
 * says, which takes minutes more.
 */
export const everything = process.env['SALLYPORT_EVERYTHING'] === '1'
