/** Checks of forms: null, or what is wrong. The API checks again. */
import { host, slug } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'

export const needed = (value: string): string | null => (value.trim() === '' ? text('admin.required') : null)

export const shortName = (value: string): string | null => (slug.safeParse(value).success ? null : text('admin.slugError'))

export const hostName = (value: string): string | null => (host.safeParse(value.trim()).success ? null : text('admin.hostError'))

const LAST_PORT = 65_535

/** Mantine's number fields hold a text while they are empty. */
export const portNumber = (value: number | string): string | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LAST_PORT ? null : text('admin.portError')
