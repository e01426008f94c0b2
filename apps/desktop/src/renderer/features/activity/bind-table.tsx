/** The values that a statement was run with. */
import { text } from '../../texts/text.ts'
import { SmallTable } from '../../ui/small-table.tsx'
import styles from './activity.module.css'
import type { BindValue } from './record.ts'

/** More are not drawn at once. */
const SHOWN = 200

export const BindTable = ({ binds, omitted }: { readonly binds: readonly BindValue[]; readonly omitted: number }) => {
  const left = omitted + Math.max(0, binds.length - SHOWN)
  return (
    <>
      <SmallTable headings={[text('activity.valueNumber'), text('activity.value')]} first={48}>
        {binds.slice(0, SHOWN).map((bind, at) => (
          <tr key={at}>
            <td className="mono muted">${at + 1}</td>
            <td className="selectable">
              <Value bind={bind} />
            </td>
          </tr>
        ))}
      </SmallTable>
      {left > 0 ? <p className="muted">{text('activity.valuesOmitted', { count: left })}</p> : null}
    </>
  )
}

const Value = ({ bind }: { readonly bind: BindValue }) => {
  switch (bind.form) {
    case 'null':
      return <span className="mono muted">NULL</span>
    case 'redacted':
      return <span className={styles['redacted']}>{text('activity.redacted')}</span>
    case 'dropped':
      return <span className="muted">{text('activity.dropped')}</span>
    case 'hashed':
      return (
        <>
          <span className="mono">{bind.hash}</span> <span className="muted">{text('activity.hashed')}</span>
        </>
      )
    case 'text':
    case 'binary':
      return (
        <>
          <span className="mono">{bind.value.text}</span>
          {bind.value.clipped ? '…' : ''}
          {bind.form === 'binary' ? <span className="muted"> {text('activity.binary')}</span> : null}
        </>
      )
  }
}
