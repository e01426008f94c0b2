import { text } from '../../texts/text.ts'
import { Page } from '../../ui/page.tsx'

export const ConnectionsPage = () => <Page title={text('connections.title')}>{null}</Page>
