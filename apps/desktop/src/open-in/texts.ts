/** What people are told when a tool does not connect, and what they can do. */
import type { Arrival } from './proof/wait.ts'
import type { Tool } from './recipe.ts'
import type { Target } from './target.ts'
import { fieldsText } from './tools/names.ts'

export const startFailedText = (label: string, program: string): string =>
  `${label} could not be started: ${program}. Look for tools again, or choose its program.`

interface Opening {
  readonly label: string
  readonly target: Target
  readonly tool: Tool
}

export const arrivalText = (
  arrival: Exclude<Arrival, { readonly kind: 'connected' }>,
  { label, target, tool }: Opening,
): string => {
  const byHand = `Connect there by hand: ${fieldsText(target)}.`
  switch (arrival.kind) {
    case 'refused':
      return `${label} was opened, but its connection failed: ${arrival.message}`
    case 'closed':
      return `${label} connected, but its connection was ended at once. Its window says why.`
    case 'unknown-program':
      return `A program connected, but this system does not tell whether it was ${label}.`
    case 'ended':
      return `${label} ended at once (${arrival.how}). Start it by itself to see why. ${byHand}`
    case 'nothing': {
      const seconds = Math.round(tool.patience / 1_000)
      return [`${label} was opened, but did not connect within ${seconds} seconds.`, tool.firstUse, byHand]
        .filter(Boolean)
        .join(' ')
    }
  }
}
