/** The tools of this computer: which were found, another program for one of them, and the terminal that some open in. */
import { Button, Select } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ToolChoices } from '../../../shared/tools.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { methodKey, useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { outcomeText } from '../../ui/outcome-text.ts'
import { errorText } from '../../ui/error-text.ts'
import { ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { Status } from '../../ui/status.tsx'
import { toast } from '../../ui/toast.ts'
import { SettingsGroup } from '../../ui/settings-group.tsx'
import styles from './settings.module.css'

type Tool = ToolChoices['tools'][number]

/** Shows what the host answers; what can be opened where is asked for anew. */
const useChange = () => {
  const bridge = useBridge()
  const queries = useQueryClient()
  return (...call: Parameters<typeof bridge.call<'toolChoices' | 'chooseProgram' | 'forgetTool' | 'chooseTerminal'>>): void => {
    bridge
      .call(...call)
      .then((choices) => {
        queries.setQueryData(methodKey('toolChoices', {}), choices)
        return queries.invalidateQueries({ queryKey: methodKey('openInTools') })
      })
      .catch((error: unknown) => toast(errorText(error).message, 'tools'))
  }
}

export const ToolsSection = () => {
  const query = useMethod('toolChoices', {})
  const canChoose = useMethod('host', {}).data?.capabilities.includes('choose-program') ?? false
  const change = useChange()
  if (query.isPending) return <SkeletonRows />
  if (query.error && !query.data) return <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} />
  const { tools, terminals, terminal } = query.data
  return (
    <div className={styles['sections']}>
      <SettingsGroup title={text('settings.tools')} hint={text(canChoose ? 'settings.toolsHint' : 'settings.toolsHintTerminal')}>
        <ul className={styles['tools']} aria-label={text('settings.tools')}>
          {tools.map((tool) => (
            <ToolRow key={tool.id} tool={tool} canChoose={canChoose} change={change} />
          ))}
        </ul>
        <Button variant="default" onClick={() => change('toolChoices', { again: true })}>
          {text('settings.toolsAgain')}
        </Button>
      </SettingsGroup>
      <SettingsGroup title={text('settings.terminal')} hint={text('settings.terminalHint')}>
        {terminals.length === 0 ? (
          <p className="muted">{text('settings.terminalNone')}</p>
        ) : (
          <Select
            aria-label={text('settings.terminal')}
            w={320}
            maw="100%"
            value={terminal ?? ''}
            allowDeselect={false}
            onChange={(id) => change('chooseTerminal', { terminal: id || null })}
            data={[
              { value: '', label: text('settings.terminalFirst', { name: terminals[0]!.label }) },
              ...terminals.map(({ id, label }) => ({ value: id, label })),
            ]}
          />
        )}
      </SettingsGroup>
    </div>
  )
}

interface ToolRowProps {
  readonly tool: Tool
  readonly canChoose: boolean
  readonly change: ReturnType<typeof useChange>
}

const ToolRow = ({ tool: { id, label, outcome, program, own }, canChoose, change }: ToolRowProps) => (
  <li className={styles['tool']}>
    <div>
      <p className={styles['toolName']}>
        <span>{label}</span>
        <Status kind={outcome === null ? 'off' : 'ready'}>
          {outcome === null ? text('settings.toolMissing') : outcomeText(outcome)}
        </Status>
      </p>
      {program === null ? null : <p className="mono muted selectable">{program}</p>}
    </div>
    <span className={styles['toolActions']}>
      {program === null ? null : (
        <Button
          variant="subtle"
          aria-label={text(own ? 'settings.toolRemoveNamed' : 'settings.toolForgetNamed', { name: label })}
          onClick={() => change('forgetTool', { tool: id })}
        >
          {text(own ? 'settings.toolRemove' : 'settings.toolForget')}
        </Button>
      )}
      {own || !canChoose ? null : (
        <Button
          variant="default"
          aria-label={text('settings.toolChooseNamed', { name: label })}
          onClick={() => change('chooseProgram', { tool: id })}
        >
          {text('settings.toolChoose')}
        </Button>
      )}
    </span>
  </li>
)
