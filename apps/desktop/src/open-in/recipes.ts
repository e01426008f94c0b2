/** Every tool that can be opened, in the order in which they are offered. The only file that names them. */
import type { Recipe } from './recipe.ts'
import { datagrip } from './tools/datagrip.ts'
import { dbeaver } from './tools/dbeaver.ts'
import { pgadmin } from './tools/pgadmin.ts'
import { psql } from './tools/psql.ts'
import { tableplus } from './tools/tableplus.ts'
import { vscode } from './tools/vscode.ts'

export const recipes: readonly Recipe[] = [psql, dbeaver, tableplus, ...vscode, datagrip, pgadmin]
