/** The way of one connection, hop by hop: how long each takes, and what protects it. Words and numbers, so that it can be read aloud. */
import type { ReactNode } from 'react'
import type { ConnectionPath, LocalConnection } from '../../../shared/local-api.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import styles from './connections.module.css'
import { programOf } from './program.ts'

type Tls = ConnectionPath['tool']['tls']

/** Milliseconds between two looks: round trips are measured twice a minute. */
const REFRESH = 15_000

const milliseconds = (time: number): string =>
  text('connections.milliseconds', { time: time < 10 ? Math.round(time * 10) / 10 : Math.round(time) })

const protection = (tls: Tls, otherwise: string): string => {
  if (tls === null) return otherwise
  const { version, cipher, group } = tls
  return [version.replace('TLSv', 'TLS '), cipher, ...(group === null ? [] : [group])].join(' · ')
}

interface HopProps {
  readonly name: ReactNode
  readonly time?: string | null
  readonly children: ReactNode
}

/** One end, and the way to it from the one before. */
const Hop = ({ name, time, children }: HopProps) => (
  <li>
    <div className={styles['hopName']}>
      <strong>{name}</strong>
      {time ? (
        <span className="muted numbers" data-volatile>
          {time}
        </span>
      ) : null}
    </div>
    <div className="muted">{children}</div>
  </li>
)

const Identity = ({ of: { identity } }: { readonly of: { readonly identity: string } }) => (
  <span className={`${styles['identity'] ?? ''} selectable`} title={text('connections.identity')}>
    {identity}
  </span>
)

export const Path = ({ connection }: { readonly connection: LocalConnection }) => {
  const query = useMethod('path', { connection: connection.id }, { every: REFRESH })
  const now = useNow()
  if (query.error && !query.data) return <ErrorBar error={query.error} />
  if (!query.data) return <SkeletonRows count={3} height={36} />
  const { tool, gateway, relay, resource } = query.data
  const { roundTripMs } = gateway
  return (
    <ol className={styles['hops']}>
      <Hop name={programOf(connection)}>{text('connections.thisComputer')}</Hop>
      <Hop name={text('connections.agent')}>
        {protection(tool.tls, text(tool.socket ? 'connections.overSocket' : 'connections.overLoopback'))}
      </Hop>
      <Hop name={gateway.name} time={roundTripMs === null ? null : milliseconds(roundTripMs)}>
        <span className="selectable">{`${gateway.host}:${gateway.port}`}</span>
        <br />
        {protection(gateway.tls, text('connections.notKnown'))}
        <br />
        <Identity of={gateway} />
      </Hop>
      {relay === null ? null : (
        <Hop name={relay.name} time={relay.roundTripMs === null ? null : milliseconds(relay.roundTripMs)}>
          {text('connections.passedOn')}
          <br />
          {protection(relay.tls, text('connections.notKnown'))}
          <br />
          <Identity of={relay} />
        </Hop>
      )}
      {resource === null ? (
        <Hop name={connection.credential}>{text('connections.notTold')}</Hop>
      ) : (
        <Hop name={`${resource.host}:${resource.port}`} time={milliseconds(resource.connectMs)}>
          {protection(resource.tls, text('connections.plaintext'))}
          <br />
          {text('connections.connectedAt', { time: clockTime(resource.reachedAt, now) })}
        </Hop>
      )}
    </ol>
  )
}
