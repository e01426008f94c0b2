/** Starts a tool on the resource, and turns green only when a connection of that very program has arrived. */
import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconAppWindow, IconChevronDown, IconRefresh, IconTerminal2 } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { FoundTool, OpenProgress } from '../../../shared/tools.ts'
import type { LocalCredential } from '../../../shared/local-api.ts'
import { useBridge } from '../../bridge/bridge.ts'
import { methodKey, useAction, useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { announce } from '../../ui/announcer.tsx'
import { errorText } from '../../ui/error-text.ts'
import { outcomeText } from '../../ui/outcome-text.ts'
import { Status, type StatusKind } from '../../ui/status.tsx'
import styles from './resources.module.css'

/** How the launch of this credential that was told last goes on. */
const useProgress = (name: string): OpenProgress | null => {
  const bridge = useBridge()
  const [progress, setProgress] = useState<OpenProgress | null>(null)
  useEffect(
    () =>
      bridge.subscribe((event) => {
        if (event.event === 'openIn' && event.progress.credential === name) setProgress(event.progress)
      }),
    [bridge, name],
  )
  return progress
}

const progressText = (progress: OpenProgress, tool: FoundTool): { readonly kind: StatusKind; readonly words: string } => {
  const named = { tool: tool.label }
  switch (progress.state) {
    case 'started':
      return tool.outcome === 'connects'
        ? { kind: 'preparing', words: text('resources.starting', named) }
        : { kind: 'in-use', words: text('resources.startedReady', named) }
    case 'connected':
      return { kind: 'ready', words: text('resources.connected', named) }
    case 'prepared':
      return { kind: 'in-use', words: text('resources.prepared', named) }
    case 'did-not-connect':
      return { kind: 'failed', words: text('resources.didNotConnect', named) }
    case 'failed':
      return { kind: 'failed', words: text('resources.openFailed', named) }
  }
}

const ToolIcon = ({ kind }: { readonly kind: FoundTool['kind'] }) =>
  kind === 'terminal' ? <IconTerminal2 size={16} stroke={1.75} /> : <IconAppWindow size={16} stroke={1.75} />

interface OpenInProps {
  readonly credential: LocalCredential
  readonly onOpened: () => void
}

export const OpenIn = ({ credential, onOpened }: OpenInProps) => {
  const { name } = credential.granted
  const bridge = useBridge()
  const queries = useQueryClient()
  const found = useMethod('openInTools', { credential: name })
  const open = useAction('openIn', ['credentials', 'openInTools'])
  const progress = useProgress(name)
  const tools = found.data?.items ?? []
  const primary = tools.find(({ lastUsed }) => lastUsed) ?? tools[0]
  const others = tools.filter((tool) => tool !== primary)
  const lookAgain = (): void => {
    bridge
      .call('openInTools', { credential: name, again: true })
      .then((answer) => queries.setQueryData(methodKey('openInTools', { credential: name }), answer))
      .catch((error: unknown) => announce(errorText(error).message))
  }
  const start = (tool: FoundTool): void => open.mutate({ credential: name, tool: tool.id }, { onSuccess: onOpened })
  if (found.data && !primary)
    return (
      <>
        <p className="muted">{text('resources.noTools')}</p>
        <div className={styles['problemActions']}>
          <Button variant="default" onClick={lookAgain}>
            {text('resources.lookAgain')}
          </Button>
        </div>
      </>
    )
  return (
    <>
      <div className={styles['open']}>
        <Button
          variant="filled"
          size="md"
          leftSection={primary ? <ToolIcon kind={primary.kind} /> : null}
          disabled={!primary || !credential.granted.bound}
          loading={open.isPending}
          onClick={() => primary && start(primary)}
        >
          {primary ? text('resources.openInTool', { tool: primary.label }) : text('resources.openIn')}
        </Button>
        <Menu width={260}>
          <Menu.Target>
            <ActionIcon variant="filled" size={32} disabled={!credential.granted.bound} aria-label={text('resources.openInMore')}>
              <IconChevronDown size={16} stroke={1.75} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((tool) => (
              <Menu.Item key={tool.id} leftSection={<ToolIcon kind={tool.kind} />} onClick={() => start(tool)}>
                <div>{tool.label}</div>
                <div className={styles['outcome']}>{outcomeText(tool.outcome)}</div>
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item leftSection={<IconRefresh size={16} stroke={1.75} />} onClick={lookAgain}>
              {text('resources.lookAgain')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {primary && !progress ? <p className={styles['hint']}>{primary.firstUse ?? outcomeText(primary.outcome)}</p> : null}
      <Progress progress={progress} tools={tools} error={open.error} />
    </>
  )
}

interface ProgressProps {
  readonly progress: OpenProgress | null
  readonly tools: readonly FoundTool[]
  readonly error: unknown
}

const Progress = ({ progress, tools, error }: ProgressProps) => {
  const tool = tools.find(({ id }) => id === progress?.tool)
  const shown = progress && tool ? progressText(progress, tool) : null
  const words = shown?.words
  useEffect(() => {
    if (words) announce(words)
  }, [words])
  if (error)
    return (
      <div className={styles['progress']} role="alert">
        <Status kind="failed">{errorText(error).message}</Status>
      </div>
    )
  if (!shown) return null
  return (
    <div className={styles['progress']}>
      <Status kind={shown.kind}>{shown.words}</Status>
      {progress?.message ? <p className={styles['hint']}>{progress.message}</p> : null}
    </div>
  )
}
