import type { FoundTool } from '../../shared/tools.ts'
import { text } from '../texts/text.ts'

/** What a tool that was found will do, in words. */
export const outcomeText = (outcome: FoundTool['outcome']): string => {
  switch (outcome) {
    case 'connects':
      return text('resources.outcomeConnects')
    case 'ready':
      return text('resources.outcomeReady')
    case 'prepared':
      return text('resources.outcomePrepared')
  }
}
