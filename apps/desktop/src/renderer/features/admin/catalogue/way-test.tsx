/** A gateway tries to reach an endpoint, step by step, without a credential. */
import { Button } from '@mantine/core'
import { type ProbeStepName, assertNever } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import { errorText } from '../../../ui/error-text.ts'
import { Status } from '../../../ui/status.tsx'
import { type RouteAnswer } from '../../../data/use-route.ts'
import { useGatewayNames } from '../data/names.ts'
import styles from './catalogue.module.css'

type Answer = RouteAnswer<'testResource'>

const stepText = (step: ProbeStepName): string => {
  switch (step) {
    case 'name':
      return text('catalogue.stepName')
    case 'address':
      return text('catalogue.stepAddress')
    case 'connection':
      return text('catalogue.stepConnection')
    case 'encryption':
      return text('catalogue.stepEncryption')
    case 'greeting':
      return text('catalogue.stepGreeting')
    case 'sign-in':
      return text('catalogue.stepSignIn')
    default:
      return assertNever(step)
  }
}

interface TestResultProps {
  readonly test: {
    readonly data: Answer | undefined
    readonly error: unknown
    readonly isPending: boolean
  }
  /** What is to be known besides. */
  readonly note: string
}

export const WayTest = ({ test, onTest }: Pick<TestResultProps, 'test'> & { readonly onTest: () => void }) => (
  <div role="group" aria-label={text('catalogue.test')}>
    <Button variant="default" loading={test.isPending} onClick={onTest}>
      {text('catalogue.test')}
    </Button>
    <TestResult test={test} note={text('catalogue.testNote')} />
  </div>
)

/** What a gateway found, step by step. */
export const TestResult = ({ test, note }: TestResultProps) => {
  const gatewayName = useGatewayNames()
  return (
    <div role="status">
      {test.isPending ? <p className={styles['small']}>{text('catalogue.testing')}</p> : null}
      {test.error && !test.isPending ? <Status kind="failed">{errorText(test.error).message}</Status> : null}
      {test.data && !test.isPending ? <Steps answer={test.data} gateway={gatewayName(test.data.gateway)} note={note} /> : null}
    </div>
  )
}

interface StepsProps {
  readonly answer: Answer
  readonly gateway: string
  readonly note: string
}

const Steps = ({ answer, gateway, note }: StepsProps) => (
  <>
    <ol className={styles['steps']}>
      {answer.steps.map(({ step, ok, detail, milliseconds }) => (
        <li key={step} className={styles['step']}>
          <Status kind={ok ? 'ready' : 'failed'}>
            <strong>{stepText(step)}</strong>
          </Status>
          <span />
          <span className={`${styles['time'] ?? ''} numbers`} data-volatile>
            {text('catalogue.milliseconds', { time: milliseconds.toFixed(milliseconds < 10 ? 1 : 0) })}
          </span>
          {detail ? <p className={`${styles['stepDetail'] ?? ''} selectable`}>{detail}</p> : null}
        </li>
      ))}
    </ol>
    <p className={styles['small']}>
      {text('catalogue.testedBy', { gateway })} · {text(answer.ok ? 'catalogue.testWell' : 'catalogue.testFailed')} {note}
    </p>
  </>
)
