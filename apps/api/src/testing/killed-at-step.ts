/** A process that the system kills at one of its steps, whose number it is given. Prints the steps it came past, a line each. */
import pg from 'pg'

/** `killedAt`: the number of a step, from 0; null: none. The end of each transaction is a step. */
export const killedAtStep = (killedAt: number | null): ((step: string) => Promise<void>) => {
  let count = 0
  const pass = async (step: string): Promise<void> => {
    if (count++ === killedAt) {
      process.kill(process.pid, 'SIGKILL')
      await new Promise(() => undefined)
    }
    process.stdout.write(`${step}\n`)
  }
  const query = pg.Client.prototype.query
  pg.Client.prototype.query = async function (this: pg.Client, ...parameters: unknown[]) {
    if (parameters[0] === 'commit') await pass('a transaction is about to end')
    return Reflect.apply(query, this, parameters) as unknown
  } as typeof query
  return pass
}
