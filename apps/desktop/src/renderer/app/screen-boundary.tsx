/** A screen that cannot be drawn takes nothing else along, and has a way out. */
import { Button } from '@mantine/core'
import { IconAlertSquareRounded } from '@tabler/icons-react'
import { Component, type ReactNode } from 'react'
import { text } from '../texts/text.ts'
import { EmptyState } from '../ui/states.tsx'

interface BoundaryState {
  readonly failed: boolean
}

export class ScreenBoundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  static getDerivedStateFromError(): BoundaryState {
    return { failed: true }
  }

  override state: BoundaryState = { failed: false }

  override componentDidMount(): void {
    window.addEventListener('hashchange', this.#again)
  }

  override componentWillUnmount(): void {
    window.removeEventListener('hashchange', this.#again)
  }

  readonly #again = (): void => this.setState({ failed: false })

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <EmptyState
        icon={IconAlertSquareRounded}
        title={text('errors.screenFailed')}
        actions={
          <Button variant="default" onClick={this.#again}>
            {text('common.tryAgain')}
          </Button>
        }
      >
        {text('errors.screenFailedHelp')}
      </EmptyState>
    )
  }
}
