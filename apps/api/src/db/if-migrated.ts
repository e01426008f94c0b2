/** Of PostgreSQL: there is no such table, column or function. */
const UNDEFINED = new Set(['42P01', '42703', '42883'])

const isUndefined = (error: unknown): boolean => error instanceof Error && 'code' in error && UNDEFINED.has(String(error.code))

/** What `work` finds; `otherwise` in a database that is not migrated yet. */
export const ifMigrated = async <Result>(otherwise: Result, work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work()
  } catch (error) {
    if (isUndefined(error)) return otherwise
    throw error
  }
}
