import './no-eval.ts'
import './styles.ts'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { NoHost } from './app/no-host.tsx'
import { bridgeOf } from './bridge/bridge.ts'
import { findHost } from './bridge/find-host.ts'

const place = document.querySelector('#root')
if (!place) throw new Error('The page has no place for the app.')
const host = findHost(window)
createRoot(place).render(host ? <App bridge={bridgeOf(host)} /> : <NoHost />)
