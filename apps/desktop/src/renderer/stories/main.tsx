/** Draws one story after the other in the same page: `showStory('resources/huge', { scheme: 'dark', language: 'pseudo' })`. */
import '../no-eval.ts'
import '../styles.ts'
import { notifications } from '@mantine/notifications'
import type { Permission } from '@sallyport/protocol/api'
import { createRoot, type Root } from 'react-dom/client'
import { App } from '../app/app.tsx'
import { palette } from '../app/palette-store.ts'
import { createQueries } from '../data/queries.ts'
import { traffic } from '../data/traffic.ts'
import { type Language, setLanguage } from '../texts/text.ts'
import { contrastFaults } from './contrast-faults.ts'
import { type Asked, fixtureBridge } from './fixture-bridge.ts'
import { layoutFaults } from './layout-faults.ts'
import { me } from './people.ts'
import { settled } from './settled.ts'
import { stories } from './stories.ts'
import { STORY_NOW } from './story.ts'

interface Appearance {
  readonly scheme: 'light' | 'dark'
  readonly language: Language
  /** What the person may do, instead of what the story says. */
  readonly permissions?: readonly Permission[]
}

let drawn: Root | null = null
/** What the page of the story asked of its host. */
const asked: Asked[] = []

/** Nothing of the story before is left: not its messages, not what its connections carried. Resolves when the page rests. */
const showStory = async (name: string, { scheme, language, permissions }: Appearance): Promise<void> => {
  const story = stories.find((candidate) => candidate.name === name)
  const place = document.querySelector('#root')
  if (!story || !place) throw new Error(`There is no story ${name}.`)
  drawn?.unmount()
  asked.length = 0
  notifications.clean()
  palette.close()
  setLanguage(language)
  const now = Date.parse(STORY_NOW)
  traffic.record([], now)
  for (const { secondsAgo, connections } of story.past ?? []) traffic.record(connections, now - secondsAgo * 1000)
  history.replaceState(null, '', `${location.pathname}#${story.at}`)
  drawn = createRoot(place)
  const answers = permissions ? { ...story.answers, ...me(permissions) } : story.answers
  const { bridge, tellEvents } = fixtureBridge(answers, {
    events: story.events,
    later: story.later,
    onAsked: (question) => asked.push(question),
  })
  drawn.render(<App key={name} bridge={bridge} queries={createQueries()} colorScheme={scheme} />)
  await drawnScreen(place)
  await settled()
  if (!story.events) return
  tellEvents()
  await settled()
}

/** Milliseconds for a screen to appear; more means that it does not. */
const DRAWING_LIMIT = 20_000

/** A screen's code comes after the frame. */
const drawnScreen = (place: Element): Promise<void> =>
  new Promise((resolve, reject) => {
    const look = (): void => {
      if (place.querySelector('h1') === null) return
      clearTimeout(timer)
      observer.disconnect()
      resolve()
    }
    const observer = new MutationObserver(look)
    const timer = setTimeout(() => {
      observer.disconnect()
      reject(new Error('No screen appeared.'))
    }, DRAWING_LIMIT)
    observer.observe(place, { subtree: true, childList: true })
    look()
  })

Object.assign(window, { showStory, sallyportAsked: asked, settled, layoutFaults, contrastFaults })
