/** Who reaches what, as a table and as a picture, and why. */
import { IconRoute } from '@tabler/icons-react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { Page } from '../../../ui/page.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { useSections } from '../parts/section-tabs.tsx'
import { GraphPage } from './graph-page.tsx'
import { WaysTable } from './ways-table.tsx'
import { WhyPage } from './why-page.tsx'

const TABLE = '/access'
const GRAPH = '/access/graph'
const WHY = '/access/why'

export const AccessPage = () => {
  const may = usePermissions()
  const { current, tabs } = useSections([
    { path: TABLE, label: text('reach.viewTable') },
    { path: GRAPH, label: text('reach.viewGraph') },
    { path: WHY, label: text('reach.viewWhy') },
  ])
  // Ways are made of people and resources, too: without them there is nothing to show.
  if (!may.has('users.read') || !may.has('resources.read'))
    return (
      <Page title={text('reach.title')}>
        <EmptyState icon={IconRoute} title={text('reach.unreadableTitle')}>
          {text('reach.unreadableText')}
        </EmptyState>
      </Page>
    )
  switch (current) {
    case GRAPH:
      return <GraphPage tabs={tabs} />
    case WHY:
      return <WhyPage path={WHY} tabs={tabs} />
    default:
      return <WaysTable path={TABLE} tabs={tabs} />
  }
}
