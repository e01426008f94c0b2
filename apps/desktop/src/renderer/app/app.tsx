/** The app: providers, then either the first run or the shell with the screen of the address. */
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import { Redirect, Route, Router, Switch, useLocation } from 'wouter'
import { useHashLocation } from 'wouter/use-hash-location'
import { type Bridge, BridgeProvider, useBridge } from '../bridge/bridge.ts'
import { PresenceProvider } from '../data/presence.tsx'
import { useFreshness } from '../data/queries.ts'
import { useMethod } from '../data/use-method.ts'
import { text } from '../texts/text.ts'
import { createAppTheme, FLOATING_PLACE } from '../theme/theme.ts'
import { Announcer } from '../ui/announcer.tsx'
import { SkeletonRows } from '../ui/states.tsx'
import { useAppliedPreferences } from './apply-preferences.ts'
import { LinkSheet } from './link-sheet.tsx'
import { LockGate } from './lock-gate.tsx'
import { Palette } from './palette.tsx'
import { useRegions } from './regions.ts'
import { ScreenBoundary } from './screen-boundary.tsx'
import { screens } from './screens.ts'
import { useSessionPage } from './session-page.ts'
import { Shell } from './shell.tsx'

const FirstRun = lazy(async () => ({ default: (await import('../features/first-run/first-run.tsx')).FirstRun }))

interface AppProps {
  readonly bridge: Bridge
  readonly queries: QueryClient
  /** For pictures of both appearances; people have the system's, or what they chose. */
  readonly colorScheme?: 'light' | 'dark'
}

export const App = ({ bridge, queries, colorScheme }: AppProps) => {
  const theme = useMemo(createAppTheme, [])
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      {...(colorScheme ? { forceColorScheme: colorScheme } : {})}
      withCssVariables={false}
      withStaticClasses
      withGlobalClasses={false}
    >
      <div id={FLOATING_PLACE} role="region" aria-label={text('shell.floating')} />
      <BridgeProvider value={bridge}>
        <QueryClientProvider client={queries}>
          <Router hook={useHashLocation}>
            <Freshness queries={queries} />
            <LockGate>
              <PresenceProvider>
                <Content />
              </PresenceProvider>
              <Announcer />
            </LockGate>
            <Notifications position="bottom-right" limit={3} containerWidth={320} />
          </Router>
        </QueryClientProvider>
      </BridgeProvider>
    </MantineProvider>
  )
}

const Freshness = ({ queries }: { readonly queries: QueryClient }) => {
  useFreshness(queries)
  return null
}

const Content = () => {
  const status = useMethod('status', {})
  useRegions()
  useNavigation()
  useAppliedPreferences()
  const page = useSessionPage(status.data)
  if (page === 'changing') return null
  if (page === 'sign-in' && status.data)
    return (
      <Suspense>
        <FirstRun status={status.data} />
      </Suspense>
    )
  return (
    <>
      <Shell status={status.data}>
        <ScreenBoundary>
          <Suspense fallback={<SkeletonRows />}>
            <Switch>
              {screens.map(({ path, component: Screen }) => (
                <Route key={path} path={`${path}/*?`}>
                  <Screen />
                </Route>
              ))}
              <Route>
                <Redirect to={screens[0]?.path ?? '/'} replace />
              </Route>
            </Switch>
          </Suspense>
        </ScreenBoundary>
      </Shell>
      <Palette />
      <LinkSheet />
    </>
  )
}

/** A menu, the tray or a notification says where to go. */
const useNavigation = (): void => {
  const bridge = useBridge()
  const [, navigate] = useLocation()
  useEffect(
    () =>
      bridge.subscribe((event) => {
        if (event.event === 'navigate') navigate(event.to)
      }),
    [bridge, navigate],
  )
}
