import './no-eval.ts'
import './styles.ts'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { NoHost } from './app/no-host.tsx'
import { bridgeOf } from './bridge/bridge.ts'
import { findHost } from './bridge/find-host.ts'
import { firstAnswers } from './data/first-answers.ts'
import { createQueries } from './data/queries.ts'

const place = document.querySelector('#root')
if (!place) throw new Error('The page has no place for the app.')
const root = createRoot(place)
const host = findHost(window)
if (host) {
  const bridge = bridgeOf(host)
  const queries = createQueries()
  await firstAnswers(bridge, queries)
  root.render(<App bridge={bridge} queries={queries} />)
} else root.render(<NoHost />)
