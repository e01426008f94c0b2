/** Variables that programs on Windows cannot start without. */
const neededOnWindows = ['SystemRoot', 'SystemDrive', 'TEMP', 'TMP']

/**
 * The environment of the server and its tools: nothing of ours but the search path. Variables such as PGDATA, PGPORT or
 * PGOPTIONS of the person who starts us must not reach them, nor must secrets.
 */
export const serverEnvironment = (): NodeJS.ProcessEnv => {
  const environment: NodeJS.ProcessEnv = { PATH: process.env['PATH'], LC_ALL: 'C' }
  if (process.platform === 'win32') {
    for (const name of neededOnWindows) environment[name] = process.env[name]
  }
  return environment
}
