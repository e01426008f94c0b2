/** Why somebody may or may not lease a credential, a reason a line. */
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { oneLine } from '../terminal/printable.ts'
import type { Answer } from '../views/answer.ts'

export const explanationText = (explanation: ResponseOf<RouteOf<'explainAccess'>>): Answer => ({
  data: explanation,
  text: (style) =>
    [
      explanation.allowed ? style.paint('green', 'Allowed.') : style.paint('red', 'Not allowed.'),
      ...explanation.reasons.map(
        ({ holds, text: reason }) => `  ${holds ? style.paint('green', '✓') : style.paint('red', '✗')} ${oneLine(reason)}`,
      ),
    ].join('\n'),
})
