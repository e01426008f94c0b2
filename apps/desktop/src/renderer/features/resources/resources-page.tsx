import { text } from '../../texts/text.ts'
import { Page } from '../../ui/page.tsx'

export const ResourcesPage = () => <Page title={text('resources.title')}>{null}</Page>
