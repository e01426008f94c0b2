/**
 * DataGrip opens a project of ours that holds the data source; it connects when the person first uses it. `no-auth` keeps it
 * from asking for a password.
 */
import { jdbcUrl } from '../../shared/addresses.ts'
import { application } from '../application.ts'
import type { PlannedFile } from '../recipe.ts'
import { findBundle } from '../system/bundles.ts'
import { findProgram, firstProgram, versioned, windowsFolders } from '../system/find-program.ts'
import type { System } from '../system/system.ts'
import type { Target } from '../target.ts'
import { escapeXml } from './names.ts'

const find = async (system: System): Promise<string | null> => {
  const { home, path } = system
  switch (system.platform) {
    case 'darwin': {
      const toolbox = `${home}/Applications/DataGrip.app`
      const bundle = await findBundle(system, { identifiers: ['com.jetbrains.datagrip'], names: ['DataGrip'] })
      const found = bundle ?? (await firstProgram(system, [toolbox]))
      return found === null ? null : `${found}/Contents/MacOS/datagrip`
    }
    case 'win32': {
      const { programs, local } = windowsFolders(system)
      const options = { fits: /^DataGrip/i, rest: ['bin', 'datagrip64.exe'] }
      return firstProgram(system, [
        ...(await versioned(system, path.join(programs, 'JetBrains'), options)),
        ...(await versioned(system, path.join(local, 'Programs'), options)),
      ])
    }
    case 'linux': {
      const toolbox = `${home}/.local/share/JetBrains/Toolbox`
      const usual = await firstProgram(system, [`${toolbox}/apps/datagrip/bin/datagrip`, `${toolbox}/scripts/datagrip`])
      return (
        usual ??
        (await findProgram(system, 'datagrip', 'com.jetbrains.DataGrip')) ??
        firstProgram(system, await versioned(system, '/opt', { fits: /^datagrip/i, rest: ['bin', 'datagrip.sh'] }))
      )
    }
  }
}

const HEADER =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!-- Written by Sallyport; it holds no password, and none is needed. -->\n'

const projectFiles = (target: Target): readonly PlannedFile[] => {
  const source = `name="${escapeXml(target.title)}" uuid="${escapeXml(target.id)}"`
  return [
    {
      name: `${target.fileName}/.idea/dataSources.xml`,
      text: `${HEADER}<project version="4">
  <component name="DataSourceManagerImpl" format="xml" multifile-model="true">
    <data-source source="LOCAL" ${source}>
      <driver-ref>postgresql</driver-ref>
      <synchronize>true</synchronize>
      <jdbc-driver>org.postgresql.Driver</jdbc-driver>
      <jdbc-url>${escapeXml(jdbcUrl({ ...target, user: target.toolUser }))}</jdbc-url>
      <working-dir>$ProjectFileDir$</working-dir>
    </data-source>
  </component>
</project>
`,
    },
    {
      name: `${target.fileName}/.idea/dataSources.local.xml`,
      text: `${HEADER}<project version="4">
  <component name="dataSourceStorageLocal">
    <data-source ${source}>
      <user-name>${escapeXml(target.toolUser)}</user-name>
      <auth-provider>no-auth</auth-provider>
    </data-source>
  </component>
</project>
`,
    },
  ]
}

export const datagrip = application({
  id: 'datagrip',
  label: 'DataGrip',
  find,
  way: (system, program) => ({
    outcome: 'ready',
    firstUse: 'DataGrip asks once whether to trust the project, and to download the driver for PostgreSQL.',
    next: ({ title }) => `Open “${title}” in its Database Explorer: it connects at first use.`,
    plan: (target, folder) => ({
      files: projectFiles(target),
      start: { program, args: [system.path.join(folder, target.fileName)] },
    }),
  }),
})
