/** What belongs to this computer and this person; the address says which part is shown. */
import { SegmentedControl } from '@mantine/core'
import { useLocation } from 'wouter'
import { text } from '../../texts/text.ts'
import { Page } from '../../ui/page.tsx'
import { DeviceSection } from './device-section.tsx'
import { DiagnosisSection } from './diagnosis-section.tsx'
import { GeneralSection } from './general-section.tsx'
import { LogSection } from './log-section.tsx'
import { PortsSection } from './ports-section.tsx'
import { ShortcutsSection } from './shortcuts-section.tsx'
import { ToolsSection } from './tools-section.tsx'

const SECTIONS = ['general', 'device', 'tools', 'ports', 'shortcuts', 'diagnosis', 'log'] as const
type Section = (typeof SECTIONS)[number]

const isSection = (name: string): name is Section => SECTIONS.some((section) => section === name)

const contentOf = (section: Section) => {
  switch (section) {
    case 'general':
      return <GeneralSection />
    case 'device':
      return <DeviceSection />
    case 'tools':
      return <ToolsSection />
    case 'ports':
      return <PortsSection />
    case 'shortcuts':
      return <ShortcutsSection />
    case 'diagnosis':
      return <DiagnosisSection />
    case 'log':
      return <LogSection />
  }
}

export const SettingsPage = () => {
  const [location, navigate] = useLocation()
  const named = location.slice('/settings/'.length)
  const section = isSection(named) ? named : 'general'
  return (
    <Page
      title={text('settings.title')}
      scrolling={section !== 'ports'}
      toolbar={
        <SegmentedControl
          aria-label={text('settings.sections')}
          value={section}
          onChange={(chosen) => navigate(`/settings/${chosen}`)}
          data={SECTIONS.map((value) => ({ value, label: text(`settings.${value}`) }))}
        />
      }
    >
      {contentOf(section)}
    </Page>
  )
}
