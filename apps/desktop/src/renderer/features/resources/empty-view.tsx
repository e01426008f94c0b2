/** Why a view of the list is empty, and what would be in it. */
import { IconClock, IconDatabase, IconPower, IconStar } from '@tabler/icons-react'
import { text } from '../../texts/text.ts'
import { EmptyState } from '../../ui/states.tsx'

export type View = 'all' | 'favourites' | 'recent' | 'on'

export const EmptyView = ({ view }: { readonly view: View }) => {
  switch (view) {
    case 'all':
      return (
        <EmptyState icon={IconDatabase} title={text('resources.emptyTitle')}>
          {text('resources.emptyText')}
        </EmptyState>
      )
    case 'favourites':
      return (
        <EmptyState icon={IconStar} title={text('resources.emptyFavourites')}>
          {text('resources.emptyFavouritesText')}
        </EmptyState>
      )
    case 'recent':
      return (
        <EmptyState icon={IconClock} title={text('resources.emptyRecent')}>
          {text('resources.emptyRecentText')}
        </EmptyState>
      )
    case 'on':
      return (
        <EmptyState icon={IconPower} title={text('resources.emptyOn')}>
          {text('resources.emptyOnText')}
        </EmptyState>
      )
  }
}
