/** Commands of changes that take access from somebody or give it: what comes of them is shown before they are made. */
import {
  type Impact,
  type InputOf,
  type Previewable,
  previewNameOf,
  type PreviewName,
  type ResponseOf,
  type RouteOf,
  routes,
} from '@sallyport/protocol/api'
import { type Asking, type Command } from './command.ts'
import { confirm } from './confirm.ts'
import type { Context } from './context.ts'
import { flag, type Parameters, type ValuesOf } from './parameters/parameter.ts'
import type { RouteCommand } from './route-command.ts'
import { impactAnswer, impactDetails, impactSentence, takesAway } from './views/impact.ts'

interface PreviewedCommand<Name extends Previewable, Shape extends Parameters> extends RouteCommand<Name, Shape> {
  /** A change that may take something away, or not: then it is asked about only if it does. */
  readonly mayTakeAway?: true
}

const DO_IT = 'Do it?'

const askingOf = ({ confirm: question, mayTakeAway }: PreviewedCommand<Previewable, Parameters>): Asking => {
  if (question !== undefined) return 'always'
  return mayTakeAway === true ? 'when it takes something away' : 'never'
}

/** With `--dry-run` nothing but the preview; otherwise it stands in the question, which `--yes` answers without one. */
export const previewedCommand = <const Name extends Previewable, const Shape extends Parameters>(
  definition: PreviewedCommand<Name, Shape>,
): Command => {
  const { route, input, answer, summary, confirm: question, mayTakeAway: _, parameters, ...text } = definition
  const preview = previewNameOf(route)
  const asks = askingOf(definition as unknown as PreviewedCommand<Previewable, Parameters>)
  // Change and preview take the same input.
  type Input = InputOf<RouteOf<Name>>
  const foresee = (context: Context, given: Input): Promise<Impact> =>
    (context.api as (name: PreviewName, given: Input) => Promise<Impact>)(preview, given)

  const ask = async (context: Context, given: Input, wording: { readonly subject: string; readonly question: string }) => {
    const impact = await foresee(context, given)
    if (asks !== 'always' && !takesAway(impact)) return
    const details = impactDetails(impact)
    if (details !== '') context.note(details)
    await confirm(context, { subject: wording.subject, question: `${impactSentence(impact)} ${wording.question}` })
  }

  return {
    ...text,
    summary: summary ?? routes[route].summary,
    asks,
    preview,
    parameters: { ...parameters, dryRun: flag('dry-run', 'shows what would come of it, and changes nothing') },
    run: async (context: Context, typed: ValuesOf<Shape> & { readonly dryRun: boolean }, subject: string) => {
      const { dryRun, ...rest } = typed
      const values = rest as unknown as ValuesOf<Shape>
      const given = await input(values, context)
      if (dryRun) return impactAnswer(await foresee(context, given))
      if (asks !== 'never' && !context.options.yes) await ask(context, given, { subject, question: question?.(values) ?? DO_IT })
      const make = context.api as (name: Name, given: Input) => Promise<ResponseOf<RouteOf<Name>>>
      return answer(await make(route, given), values, context)
    },
  }
}
