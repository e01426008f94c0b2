/** Changes of a sink, in words. */
import type { Sink } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'

export const planSwitch = ({ id, name, enabled }: Sink): Plan =>
  plan(
    { route: 'changeSink', input: { parameters: { sink: id }, body: { enabled: !enabled } } },
    enabled
      ? {
          title: text('sinks.stopTitle', { name }),
          text: text('sinks.stopText'),
          confirm: text('sinks.stopConfirm'),
          done: text('sinks.stopDone', { name }),
        }
      : {
          title: text('sinks.startTitle', { name }),
          text: text('sinks.startText'),
          confirm: text('sinks.startConfirm'),
          done: text('sinks.startDone', { name }),
        },
  )

export const planRemoval = ({ id, name }: Sink): Plan =>
  plan(
    { route: 'deleteSink', input: { parameters: { sink: id } } },
    {
      title: text('sinks.removeTitle', { name }),
      text: text('sinks.removeText'),
      confirm: text('sinks.removeConfirm'),
      done: text('sinks.removeDone', { name }),
      dangerous: true,
    },
  )
