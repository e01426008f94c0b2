/** What a person pastes: the text of an invitation, or a link or message that holds one. Pure. */
import { decodeInvitation, type Invitation } from '@sallyport/protocol'

export interface ReadInvitation {
  /** As it goes to the agent. */
  readonly text: string
  readonly content: Invitation
}

/** null: there is none in it. */
export const readInvitation = (pasted: string): ReadInvitation | null => {
  const text = /sallyport-invitation-[A-Za-z0-9_-]+/.exec(pasted)?.[0]
  if (text === undefined) return null
  try {
    return { text, content: decodeInvitation(text) }
  } catch {
    // Cut off, or changed on its way: it says so as one word, whatever is wrong with it.
    return null
  }
}
