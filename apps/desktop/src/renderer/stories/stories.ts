/** Every story. What it holds is data only, so that tests outside the page can read it, too. */
import { connectionsStories } from './states/connections.ts'
import { firstRunStories } from './states/first-run.ts'
import { frameStories } from './states/frame.ts'
import { resourcesStories } from './states/resources.ts'
import type { Story } from './story.ts'

export const stories: readonly Story[] = [...firstRunStories, ...frameStories, ...resourcesStories, ...connectionsStories]
