/** While the person is in the browser. */
import { BrowserSteps } from '../../data/browser-steps.tsx'
import type { Attempt, BrowserVisit } from '../../data/browser-visit.ts'
import { text } from '../../texts/text.ts'
import styles from './first-run.module.css'
import { Frame } from '../../ui/frame.tsx'

export const Waiting = ({ visit, attempt }: { readonly visit: BrowserVisit; readonly attempt: Attempt }) => (
  <Frame
    title={text(attempt.paste ? 'firstRun.codeTitle' : 'firstRun.waiting')}
    lead={<span role="status">{text(attempt.paste ? 'browser.codeText' : 'firstRun.waitingText')}</span>}
  >
    <div className={styles['waiting']}>
      <BrowserSteps visit={visit} attempt={attempt} />
    </div>
  </Frame>
)
