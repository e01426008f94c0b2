/** Every story. What it holds is data only, so that tests outside the page can read it, too. */
import { resourcesStories } from './states/resources.ts'
import type { Story } from './story.ts'

export const stories: readonly Story[] = [...resourcesStories]
