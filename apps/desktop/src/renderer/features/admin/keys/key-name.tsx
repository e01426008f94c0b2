/** Which key it is, by the beginning of its id; all of it when pointed at. */
const SHOWN = 12

export const KeyName = ({ id }: { readonly id: string }) => (
  <code className="mono" title={id}>
    {id.length > SHOWN ? `${id.slice(0, SHOWN)}…` : id}
  </code>
)
