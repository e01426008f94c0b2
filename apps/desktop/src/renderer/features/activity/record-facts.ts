/** Facts of a record beyond who and where. */
import { text } from '../../texts/text.ts'
import type { Fact } from '../../ui/facts.tsx'
import { bytes, count } from '../../ui/numbers.ts'
import type { ActivityRecord } from './record.ts'
import { took } from './words.ts'

const FORMS = {
  simple: 'activity.formSimple',
  extended: 'activity.formExtended',
  function: 'activity.formFunction',
} as const

const KEPT = { api: 'activity.keptApi', gateway: 'activity.keptGateway', both: 'activity.keptBoth' } as const

const rowsFact = (rows: number | null): readonly Fact[] => (rows === null ? [] : [[text('activity.factRows'), count(rows)]])
const known = (name: string, value: string | null | undefined): readonly Fact[] => (value ? [[name, value]] : [])

export const recordFacts = (record: ActivityRecord): readonly Fact[] => {
  switch (record.kind) {
    case 'query':
      return [
        [text('activity.factTook'), took(record.durationMs)],
        ...rowsFact(record.rows),
        [text('activity.factForm'), text(FORMS[record.form])],
      ]
    case 'transfer':
      return [
        [text('activity.factTook'), took(record.durationMs)],
        ...rowsFact(record.rows),
        [text('activity.factBytes'), bytes(record.bytes)],
      ]
    case 'sealed':
      return [
        [text('activity.factRecording'), record.recording],
        [text('activity.factKept'), text(KEPT[record.kept])],
        [text('activity.factDecrypt'), `sallyport logs decrypt ${record.recording} --identity <file>`],
      ]
    case 'cancel':
      return [[text('activity.factMatched'), text(record.matched ? 'common.yes' : 'common.no')]]
    case 'connection.opened':
      return [
        ...known(text('activity.factApplication'), record.application),
        ...known(text('activity.factProgram'), record.caller?.program),
        ...known(text('activity.factDatabase'), record.database),
        ...known(text('activity.factUser'), record.user),
        ...known(text('activity.factUpstream'), record.upstreamId),
      ]
    case 'connection.closed':
      return [
        [text('activity.factReason'), record.reason],
        [text('activity.factTook'), took(record.durationMs)],
        [
          text('activity.factTraffic'),
          text('activity.trafficText', { up: bytes(record.bytesUp), down: bytes(record.bytesDown) }),
        ],
      ]
  }
}
