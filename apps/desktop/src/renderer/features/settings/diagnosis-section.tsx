/** Tests every hop from this computer to the resources, says what is wrong, and makes a report without secrets. */
import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { Diagnosis, Finding } from '../../../shared/diagnosis.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { useAction } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { announce } from '../../ui/announcer.tsx'
import { useCopy } from '../../ui/copy-button.tsx'
import { ErrorBar } from '../../ui/states.tsx'
import { Status, StatusGlyph, type StatusKind } from '../../ui/status.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { BundleDialog } from './bundle-dialog.tsx'
import { adviceText, areas, areaText, findingsOf, reportOf, stateText, subjectText } from './report.ts'
import styles from './settings.module.css'

/** Findings of an area beyond these are shown when somebody asks. */
const SHOWN = 8

const GLYPHS = { ok: 'ready', notice: 'ending', failed: 'failed' } as const satisfies Readonly<
  Record<Finding['state'], StatusKind>
>

const summaryOf = ({ findings }: Diagnosis): { readonly kind: StatusKind; readonly words: string } => {
  const failed = findings.filter(({ state }) => state === 'failed').length
  const notices = findings.filter(({ state }) => state === 'notice').length
  if (failed > 0) return { kind: 'failed', words: text('settings.faults', { count: failed }) }
  if (notices > 0) return { kind: 'ending', words: text('settings.notices', { count: notices }) }
  return { kind: 'ready', words: text('settings.allWell') }
}

/** Whole seconds since it became true; 0 while it is not. */
const useElapsed = (running: boolean): number => {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    if (!running) return
    const began = Date.now()
    const timer = setInterval(() => setSeconds(Math.floor((Date.now() - began) / 1000)), 250)
    return () => {
      clearInterval(timer)
      setSeconds(0)
    }
  }, [running])
  return seconds
}

/** A diagnosis, and what it has found while it is still under way. */
const useDiagnosis = () => {
  const bridge = useBridge()
  const action = useAction('diagnose')
  const [soFar, setSoFar] = useState<readonly Finding[]>([])
  const run = useRef<string | null>(null)
  useEffect(
    () =>
      bridge.subscribe((event) => {
        if (event.event === 'finding' && event.run === run.current) setSoFar((known) => [...known, event.finding])
      }),
    [bridge],
  )
  const start = (): void => {
    run.current = crypto.randomUUID()
    setSoFar([])
    action.mutate({ run: run.current })
  }
  const { data, error, isPending } = action
  return { data, error, isPending, findings: isPending ? soFar : (data?.findings ?? null), start }
}

export const DiagnosisSection = () => {
  const now = useNow()
  const copy = useCopy()
  const examine = useDiagnosis()
  const [bundling, setBundling] = useState(false)
  const elapsed = useElapsed(examine.isPending)
  const { data } = examine
  const summary = data ? summaryOf(data) : null
  const words = summary?.words
  useEffect(() => {
    if (words) announce(words)
  }, [words])
  return (
    <>
      <div className={styles['bar']}>
        <p className="muted">{text('settings.diagnosisHint')}</p>
        {data ? (
          <Button variant="default" onClick={() => copy(reportOf(data), text('settings.report'))}>
            {text('settings.copyReport')}
          </Button>
        ) : null}
        <Button variant="default" onClick={() => setBundling(true)}>
          {text('settings.bundle')}
        </Button>
        <Button variant="filled" loading={examine.isPending} onClick={examine.start}>
          {text(data ? 'settings.examineAgain' : 'settings.examine')}
        </Button>
      </div>
      {examine.error ? <ErrorBar error={examine.error} /> : null}
      {examine.isPending ? (
        <p className={styles['summary']} data-volatile>
          <Status kind="preparing">{text('settings.examining', { seconds: elapsed })}</Status>
        </p>
      ) : null}
      {summary && data && !examine.isPending ? (
        <p className={styles['summary']}>
          <Status kind={summary.kind}>
            <strong>{summary.words}</strong>
          </Status>
          <span className="muted">{text('settings.examined', { time: clockTime(data.at, now) })}</span>
        </p>
      ) : null}
      <div className={styles['areas']}>
        {areas.map((area) => (
          <section key={area} className={styles['area']} aria-label={areaText(area)}>
            <h2>{areaText(area)}</h2>
            <AreaFindings findings={examine.findings && findingsOf(examine.findings, area)} isLooking={examine.isPending} />
          </section>
        ))}
      </div>
      {bundling ? <BundleDialog onClose={() => setBundling(false)} /> : null}
    </>
  )
}

interface AreaFindingsProps {
  /** null: before the first examination. While one is under way: what was found so far. */
  readonly findings: readonly Finding[] | null
  readonly isLooking: boolean
}

const AreaFindings = ({ findings, isLooking }: AreaFindingsProps) => {
  const [all, setAll] = useState(false)
  if (findings === null) return <Status kind="unknown">{text('settings.notLooked')}</Status>
  if (findings.length === 0 && isLooking) return <Status kind="preparing">{text('common.loading')}</Status>
  if (findings.length === 0) return <span className="muted">{text('settings.notLooked')}</span>
  // What is wrong stands first, so that it is never among those that are folded away.
  const ordered = findings.length > SHOWN ? findings.toSorted((one, other) => rank(other) - rank(one)) : findings
  const shown = all ? ordered : ordered.slice(0, SHOWN)
  return (
    <div>
      <ul>
        {shown.map((finding, at) => (
          <FindingRow key={`${finding.subject} ${finding.step} ${at}`} finding={finding} />
        ))}
      </ul>
      {shown.length < findings.length ? (
        <Button variant="subtle" onClick={() => setAll(true)}>
          {text('settings.showAllOfArea', { count: findings.length })}
        </Button>
      ) : null}
    </div>
  )
}

const RANKS = { failed: 2, notice: 1, ok: 0 } as const
const rank = ({ state }: Finding): number => RANKS[state]

const FindingRow = ({ finding }: { readonly finding: Finding }) => {
  const subject = subjectText(finding)
  const advice = adviceText(finding)
  return (
    <li className={styles['finding']}>
      <span className={styles[finding.state]}>
        <StatusGlyph kind={GLYPHS[finding.state]} />
        <span className="visually-hidden">{stateText(finding.state)}</span>
      </span>
      <span className="selectable">
        {subject === '' ? null : <span className={styles['subject']}>{subject} </span>}
        <span className={styles['detail']}>{finding.detail}</span>
        {finding.code ? <span className={styles['time']}> {text('common.code', { code: finding.code })}</span> : null}
        {advice === null ? null : <span className={styles['advice']}>{advice}</span>}
      </span>
      {finding.milliseconds === null ? null : (
        <span className={`${styles['time'] ?? ''} numbers`} data-volatile>
          {text('settings.milliseconds', { time: finding.milliseconds.toFixed(1) })}
        </span>
      )}
    </li>
  )
}
