/** Unlocking the app's pages: the person confirms on the API's page that it is they, or signs in where nobody is signed in. */
import type { SessionKeeper } from '../session/session-keeper.ts'
import { beginPresence } from './presence.ts'
import type { BrowserTask } from './tasks.ts'

/** Throws what the API refuses with. `paste`: the browser is on another computer. */
export const beginUnlock = async (keeper: SessionKeeper, paste: boolean): Promise<BrowserTask<void>> => {
  if (keeper.running === null) return keeper.beginBrowserSignIn({ accept: false, newDevice: false, paste })
  const task = await beginPresence(keeper.running, { call: null, paste })
  // What proves that they are here now is for nothing else.
  return { ...task, done: task.done.then(() => {}) }
}
