/**
 * First import of the page. Zod compiles its parsers with `new Function` where it may, and to see whether it may it tries; the
 * content policy refuses that and reports it. Told not to, it does not try.
 */
import { config } from 'zod'

config({ jitless: true })
