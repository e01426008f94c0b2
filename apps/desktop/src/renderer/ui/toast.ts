/** Short words in the corner about what was just done. Never about what still needs somebody: that stays in its place. */
import { notifications } from '@mantine/notifications'
import { text } from '../texts/text.ts'
import { announce } from './announcer.tsx'

const DURATION = 4_000

/** `id`: a second one with the same id replaces the first. */
export const toast = (message: string, id = message): void => {
  notifications.hide(id)
  notifications.show({ id, message, autoClose: DURATION, closeButtonProps: { 'aria-label': text('common.close') } })
  announce(message)
}
