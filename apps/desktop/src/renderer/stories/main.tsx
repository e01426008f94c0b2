/** Draws one story: `?story=resources/huge&scheme=dark&language=pseudo`. */
import '../no-eval.ts'
import '../styles.ts'
import { createRoot } from 'react-dom/client'
import { App } from '../app/app.tsx'
import { traffic } from '../data/traffic.ts'
import { setLanguage } from '../texts/text.ts'
import { fixtureBridge } from './fixture-bridge.ts'
import { settled } from './settled.ts'
import { stories } from './stories.ts'
import { STORY_NOW } from './story.ts'

const wanted = new URLSearchParams(location.search)
const story = stories.find(({ name }) => name === wanted.get('story'))
const place = document.querySelector('#root')
if (!story || !place) throw new Error('There is no such story.')
if (wanted.get('language') === 'pseudo') setLanguage('pseudo')
for (const { secondsAgo, connections } of story.past ?? []) traffic.record(connections, Date.parse(STORY_NOW) - secondsAgo * 1000)
Object.assign(window, { settled })
history.replaceState(null, '', `${location.pathname}${location.search}#${story.at}`)
createRoot(place).render(
  <App bridge={fixtureBridge(story.answers, story.events)} colorScheme={wanted.get('scheme') === 'dark' ? 'dark' : 'light'} />,
)
