import { describe, expect, test } from 'vitest'
import type { Platform } from '../shared/addresses.ts'
import type { Choices, Plan, Tool } from './recipe.ts'
import { recipes } from './recipes.ts'
import { type MadeUp, madeUpSystem } from './system/testing.ts'
import { targetOf } from './target.ts'
import { credentialNamed, hostileNames } from './testing/credential.ts'

const URL_OF_PSQL =
  'postgresql://readonly@127.0.0.1:15001/shop?hostaddr=127.0.0.1&sslmode=disable&gssencmode=disable' +
  '&channel_binding=disable&target_session_attrs=any&options=&connect_timeout=15'
const OF_DBEAVER =
  'driver=postgres-jdbc|name=shop · read-only (Sallyport)|host=127.0.0.1|port=15001|database=shop|user=readonly|password=unused' +
  '|savePassword=true|create=true|save=false|openConsole=true'
const OF_TABLEPLUS =
  'postgresql://readonly:unused@127.0.0.1:15001/shop?statusColor=007F3D&enviroment=local&name=shop%20%C2%B7%20read-only%20(Sallyport)' +
  '&tLSMode=0&usePrivateKey=false&safeModeLevel=0&advancedSafeModeLevel=0'

/** A computer of each system that has every tool. */
const computers: Readonly<Record<Platform, MadeUp>> = {
  linux: {
    platform: 'linux',
    environment: { PATH: '/usr/bin', DISPLAY: ':0' },
    files: [
      '/usr/bin/psql',
      '/usr/bin/x-terminal-emulator',
      '/usr/bin/konsole',
      '/usr/bin/tableplus',
      '/usr/bin/code',
      '/home/ada/.vscode/extensions/mtxr.sqltools-0.28.3/package.json',
      '/home/ada/.vscode/extensions/mtxr.sqltools-driver-pg-0.5.4/package.json',
      '/opt/datagrip-2026.1/bin/datagrip.sh',
      '/opt/datagrip-2026.2/bin/datagrip.sh',
      '/usr/pgadmin4/bin/pgadmin4',
      '/usr/pgadmin4/venv/bin/python3',
      '/usr/pgadmin4/web/setup.py',
    ],
    links: {
      '/usr/bin/dbeaver': '/usr/share/dbeaver-ce/dbeaver',
      '/usr/bin/code': '/usr/share/code/bin/code',
      '/usr/bin/tableplus': '/opt/tableplus/tableplus',
    },
  },
  darwin: {
    platform: 'darwin',
    environment: { PATH: '/usr/bin:/bin', SHELL: '/bin/zsh' },
    files: [
      '/opt/homebrew/bin/psql',
      '/Applications/DBeaver.app',
      '/Applications/Setapp/TablePlus.app',
      '/Applications/Visual Studio Code.app',
      '/Users/ada/.vscode/extensions/mtxr.sqltools-0.28.3/package.json',
      '/Users/ada/.vscode/extensions/mtxr.sqltools-driver-pg-0.5.4/package.json',
      '/Users/ada/Tools/DataGrip 2026.app',
      '/Applications/pgAdmin 4.app/Contents/MacOS/pgAdmin 4',
      '/Applications/pgAdmin 4.app/Contents/Frameworks/Python.framework/Versions/Current/bin/python3',
      '/Applications/pgAdmin 4.app/Contents/Resources/web/setup.py',
      '/Applications/iTerm.app',
    ],
    outputs: {
      [`/bin/zsh -ilc printf '%s' "__sallyport_path__$PATH__sallyport_path__"`]:
        'Welcome!\n__sallyport_path__/opt/homebrew/bin:/usr/bin__sallyport_path__',
      "/usr/bin/mdfind kMDItemCFBundleIdentifier == 'com.jetbrains.datagrip'": '/Users/ada/Tools/DataGrip 2026.app\n',
    },
  },
  win32: {
    platform: 'win32',
    environment: {
      PATH: 'C:\\Windows\\System32',
      ProgramFiles: 'C:\\Program Files',
      LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local',
      SystemRoot: 'C:\\Windows',
    },
    files: [
      'C:\\Program Files\\PostgreSQL\\9.6\\bin\\psql.exe',
      'C:\\Program Files\\PostgreSQL\\17\\bin\\psql.exe',
      'C:\\Users\\ada\\AppData\\Local\\Microsoft\\WindowsApps\\wt.exe',
      'C:\\Program Files\\DBeaver\\dbeaver.exe',
      'C:\\Program Files\\TablePlus\\TablePlus.exe',
      'C:\\Users\\ada\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe',
      'C:\\Users\\ada\\.vscode\\extensions\\mtxr.sqltools-0.28.3\\package.json',
      'C:\\Users\\ada\\.vscode\\extensions\\mtxr.sqltools-driver-pg-0.5.4\\package.json',
      'C:\\Program Files\\JetBrains\\DataGrip 2026.2\\bin\\datagrip64.exe',
      'D:\\pgAdmin\\runtime\\pgAdmin4.exe',
      'D:\\pgAdmin\\python\\python.exe',
      'D:\\pgAdmin\\web\\setup.py',
    ],
    outputs: {
      'C:\\Windows\\System32\\reg.exe query HKLM\\Software\\pgAdmin 4 /v InstallPath':
        '\r\nHKEY_LOCAL_MACHINE\\Software\\pgAdmin 4\r\n    InstallPath    REG_SZ    D:\\pgAdmin\r\n\r\n',
    },
  },
}
const platforms = Object.keys(computers) as Platform[]
const folders: Readonly<Record<Platform, string>> = {
  linux: '/home/ada/.config/sallyport/open/1',
  darwin: '/Users/ada/Library/Application Support/Sallyport/open/1',
  win32: 'C:\\Users\\ada\\AppData\\Local\\Sallyport\\open\\1',
}

const nothingChosen: Choices = { program: null, terminal: null }
const detect = async (platform: Platform, id: string, choices = nothingChosen): Promise<Tool | null> =>
  recipes.find((recipe) => recipe.id === id)!.detect(madeUpSystem(computers[platform]), choices)
const planOn = async (platform: Platform, id: string, names: Parameters<typeof credentialNamed>[0] = {}): Promise<Plan> =>
  (await detect(platform, id))!.plan(targetOf(credentialNamed(names)), folders[platform])
const commandOn = async (platform: Platform, id: string): Promise<readonly string[]> => {
  const { start } = await planOn(platform, id)
  return [start.program, ...start.args]
}

describe('psql in a terminal', () => {
  test('is handed to the terminal of Linux word by word', async () => {
    expect(await commandOn('linux', 'psql')).toEqual([
      '/usr/bin/x-terminal-emulator',
      '-e',
      '/usr/bin/env',
      '-u',
      'PGSERVICE',
      '/usr/bin/psql',
      '-w',
      URL_OF_PSQL,
    ])
  })
  test('opens in the terminal that was chosen', async () => {
    const tool = await detect('linux', 'psql', { program: null, terminal: 'konsole' })
    expect(tool!.plan(targetOf(credentialNamed()), '/x').start.program).toBe('/usr/bin/konsole')
  })
  test('is not offered where no window can be opened', async () => {
    const system = madeUpSystem({ ...computers.linux, environment: { PATH: '/usr/bin' } })
    expect(await recipes[0]!.detect(system, nothingChosen)).toBeNull()
  })
  test('is a file on macOS that removes itself, opened in Terminal or the chosen one', async () => {
    const file = `${folders.darwin}/shop-read-only.command`
    const plan = await planOn('darwin', 'psql')
    expect([plan.start.program, ...plan.start.args]).toEqual(['/usr/bin/open', '-a', 'Terminal', file])
    expect(plan.files).toEqual([
      {
        name: 'shop-read-only.command',
        executable: true,
        text: `#!/bin/sh\n# Written by Sallyport; it holds no password.\nrm -- "$0"\nexec /usr/bin/env -u PGSERVICE /opt/homebrew/bin/psql -w '${URL_OF_PSQL}'\n`,
      },
    ])
    const iterm = (await detect('darwin', 'psql', { program: null, terminal: 'iterm' }))!
    expect(iterm.plan(targetOf(credentialNamed()), folders.darwin).start.args).toEqual(['-a', '/Applications/iTerm.app', file])
  })
  test('is a tab of a new window of Windows Terminal, of the newest psql', async () => {
    expect(await commandOn('win32', 'psql')).toEqual([
      'C:\\Users\\ada\\AppData\\Local\\Microsoft\\WindowsApps\\wt.exe',
      ...['-w', 'new', 'new-tab', '--title', 'shop · read-only (Sallyport)'],
      ...['C:\\Program Files\\PostgreSQL\\17\\bin\\psql.exe', '-w', URL_OF_PSQL],
    ])
  })
})

describe('DBeaver', () => {
  test.for<[Platform, string, string]>([
    ['linux', '/usr/bin/dbeaver', '/usr/share/dbeaver-ce'],
    ['darwin', '/Applications/DBeaver.app/Contents/MacOS/dbeaver', '/Applications/DBeaver.app'],
    ['win32', 'C:\\Program Files\\DBeaver\\dbeaver.exe', 'C:\\Program Files\\DBeaver'],
  ])('of %s is told the connection, and proves itself by where it lies', async ([platform, program, place]) => {
    expect(await commandOn(platform, 'dbeaver')).toEqual([program, '-nosplash', '-con', OF_DBEAVER])
    expect((await planOn(platform, 'dbeaver')).expected).toEqual({ names: [], places: [place], sandbox: null })
  })
  test.for([
    ['/var/lib/flatpak/exports/bin/io.dbeaver.DBeaverCommunity', { kind: 'flatpak', name: 'io.dbeaver.DBeaverCommunity' }],
    ['/snap/bin/dbeaver-ce', { kind: 'snap', name: 'dbeaver-ce' }],
  ] as const)('in the sandbox %s proves itself by the name of the sandbox', async ([file, sandbox]) => {
    const system = madeUpSystem({ platform: 'linux', environment: { PATH: '/usr/bin' }, files: [file] })
    const recipe = recipes.find(({ id }) => id === 'dbeaver')!
    const plan = (await recipe.detect(system, nothingChosen))!.plan(targetOf(credentialNamed()), '/x')
    expect([plan.start.program, plan.expected.sandbox]).toEqual([file, sandbox])
  })
})

describe('TablePlus', () => {
  test('is named on macOS, because several apps take such URLs', async () => {
    expect(await commandOn('darwin', 'tableplus')).toEqual([
      '/usr/bin/open',
      '-a',
      '/Applications/Setapp/TablePlus.app',
      OF_TABLEPLUS,
    ])
  })
  test('takes the URL on Windows', async () => {
    expect(await commandOn('win32', 'tableplus')).toEqual(['C:\\Program Files\\TablePlus\\TablePlus.exe', OF_TABLEPLUS])
  })
  test('is only started on Linux, where the rest is said', async () => {
    const tool = (await detect('linux', 'tableplus'))!
    expect(await commandOn('linux', 'tableplus')).toEqual(['/usr/bin/tableplus'])
    expect(tool.outcome).toBe('prepared')
    expect(tool.next!(targetOf(credentialNamed()))).toBe(
      'Create a connection to PostgreSQL there: host 127.0.0.1, port 15001, user readonly, password unused, database shop.',
    )
  })
})

describe('VS Code with SQLTools', () => {
  test.for<[Platform, string]>([
    ['linux', '/usr/bin/code'],
    ['darwin', '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code'],
    ['win32', 'C:\\Users\\ada\\AppData\\Local\\Programs\\Microsoft VS Code\\Code.exe'],
  ])('of %s opens a workspace that connects', async ([platform, program]) => {
    const plan = await planOn(platform, 'vscode')
    const separator = platform === 'win32' ? '\\' : '/'
    expect(plan.start).toEqual({ program, args: [`${folders[platform]}${separator}shop-read-only.code-workspace`] })
    expect(JSON.parse(plan.files[0]!.text.replace(/^\/\/.*\n/, ''))).toEqual({
      folders: [{ path: '.' }],
      settings: {
        'sqltools.connections': [
          {
            ...{ name: 'shop · read-only (Sallyport)', driver: 'PostgreSQL', server: '127.0.0.1', port: 15_001 },
            ...{ database: 'shop', username: 'readonly', password: 'unused' },
          },
        ],
        'sqltools.autoConnectTo': 'shop · read-only (Sallyport)',
      },
    })
  })
  test('is not offered without the driver of SQLTools', async () => {
    const files = computers.linux.files!.filter((file) => !file.includes('driver-pg'))
    const recipe = recipes.find(({ id }) => id === 'vscode')!
    expect(await recipe.detect(madeUpSystem({ ...computers.linux, files }), nothingChosen)).toBeNull()
  })
})

describe('DataGrip', () => {
  test.for<[Platform, string]>([
    ['linux', '/opt/datagrip-2026.2/bin/datagrip.sh'],
    ['darwin', '/Users/ada/Tools/DataGrip 2026.app/Contents/MacOS/datagrip'],
    ['win32', 'C:\\Program Files\\JetBrains\\DataGrip 2026.2\\bin\\datagrip64.exe'],
  ])('of %s opens a project with the data source', async ([platform, program]) => {
    const plan = await planOn(platform, 'datagrip')
    expect(plan.start).toEqual({ program, args: [`${folders[platform]}${platform === 'win32' ? '\\' : '/'}shop-read-only`] })
    expect(plan.files.map(({ name }) => name)).toEqual([
      'shop-read-only/.idea/dataSources.xml',
      'shop-read-only/.idea/dataSources.local.xml',
    ])
    const [source, local] = plan.files
    expect(source!.text).toContain(
      '<data-source source="LOCAL" name="shop · read-only (Sallyport)" uuid="5a0c9a52-6f0e-4d5c-9d4c-0d9a4b0f1e21">',
    )
    expect(source!.text).toContain(
      '<jdbc-url>jdbc:postgresql://127.0.0.1:15001/shop?user=readonly&#38;sslmode=disable&#38;gssEncMode=disable</jdbc-url>',
    )
    expect(local!.text).toContain('<auth-provider>no-auth</auth-provider>')
  })
})

describe('pgAdmin', () => {
  test.for<[Platform, string]>([
    ['linux', '/usr/pgadmin4/bin/pgadmin4'],
    ['darwin', '/Applications/pgAdmin 4.app/Contents/MacOS/pgAdmin 4'],
    ['win32', 'D:\\pgAdmin\\runtime\\pgAdmin4.exe'],
  ])('of %s gets a server in its list and a file that answers for the password', async ([platform, program]) => {
    const plan = await planOn(platform, 'pgadmin')
    expect(plan.start).toEqual({ program, args: [] })
    const [servers, passFile] = plan.files
    expect(JSON.parse(servers!.text)).toMatchObject({
      Servers: {
        1: { Name: 'shop · read-only (Sallyport)', Host: '127.0.0.1', Port: 15_001, MaintenanceDB: 'shop', Username: 'readonly' },
      },
    })
    expect(passFile!.text).toMatch(/\n127\.0\.0\.1:15001:\*:\*:unused\n$/)
  })

  const run = async (known: string | null) => {
    const commands: string[] = []
    const system = {
      ...madeUpSystem(computers.linux),
      output: async (_: string, args: readonly string[]) => {
        commands.push(args.join(' '))
        return ''
      },
      read: async () => known,
    }
    const plan = (await recipes.find(({ id }) => id === 'pgadmin')!.detect(system, nothingChosen))!.plan(
      targetOf(credentialNamed()),
      '/f',
    )
    await plan.before!()
    return commands
  }
  const dump = '/usr/pgadmin4/web/setup.py dump-servers /f/known-servers.json'

  test('gets the server once, and never loses one', async () => {
    const other = JSON.stringify({ Servers: { 1: { Name: 'mine' } } })
    expect(await run(other)).toEqual([dump, '/usr/pgadmin4/web/setup.py load-servers /f/servers.json'])
    expect(await run(JSON.stringify({ Servers: { 1: { Name: 'shop · read-only (Sallyport)' } } }))).toEqual([dump])
  })
  test('that does not tell what it has gets nothing', async () => {
    await expect(run('no JSON')).rejects.toMatchObject({ code: 'tool_failed' })
    await expect(run(null)).rejects.toMatchObject({ code: 'tool_failed' })
  })
})

test.for(platforms)('on %s each tool that is there is found, and none where nothing is', async (platform) => {
  const found = async (computer: MadeUp) => {
    const ids: string[] = []
    for (const recipe of recipes) if (await recipe.detect(madeUpSystem(computer), nothingChosen)) ids.push(recipe.id)
    return ids
  }
  expect(await found(computers[platform])).toEqual(['psql', 'dbeaver', 'tableplus', 'vscode', 'datagrip', 'pgadmin'])
  expect(await found({ platform })).toEqual([])
})

describe('names that others wrote', () => {
  const tools = recipes.map(({ id }) => id).filter((id) => id !== 'vscode-insiders' && id !== 'vscodium')
  const cases = platforms.flatMap((platform) => tools.flatMap((id) => hostileNames.map((name) => [platform, id, name] as const)))

  test.for(cases)('%s, %s: a resource and user called %j change nothing but the title', async ([platform, id, name]) => {
    const plan = await planOn(platform, id, { resource: name, user: name })
    const written = JSON.stringify([plan.start, plan.files.map((file) => [file.name, file.text.replaceAll(/user=[^&]*&/g, '')])])
    // What is left of a name in titles are letters, digits, spaces and `._·-`.
    const title = targetOf(credentialNamed({ resource: name })).title
    expect(title).toMatch(/^[A-Za-z0-9][A-Za-z0-9 ._·-]{0,120} \(Sallyport\)$/)
    expect(plan.start.args).toHaveLength((await planOn(platform, id)).start.args.length)
    for (const argument of plan.start.args.slice(0, 1)) expect(argument.startsWith('--exec')).toBe(false)
    expect(plan.files.every((file) => /^[A-Za-z0-9./-]+$/.test(file.name) && !file.name.includes('..'))).toBe(true)
    // The last one is plain, and only too long.
    expect(written.includes(JSON.stringify(name).slice(1, -1)) && name !== hostileNames.at(-1)).toBe(false)
  })

  /** What these tools would split, expand or lose. */
  const unfit: Readonly<Record<string, readonly string[]>> = {
    dbeaver: ['a|b', '${HOME}', 'a\nb', '\ud800'],
    vscode: ['${HOME}', '\ud800'],
  }
  const isUnfit = ([, id, database]: (typeof cases)[number]): boolean => unfit[id]?.includes(database) === true

  test.for(cases.filter(isUnfit))('%s, %s: a database called %j is refused', async ([platform, id, database]) => {
    await expect(planOn(platform, id, { database })).rejects.toMatchObject({ code: 'invalid_request' })
  })

  const fit = cases.filter((one) => !isUnfit(one))
  test.for(fit)('%s, %s: a database called %j reaches the tool as it is', async ([platform, id, database]) => {
    const plan = await planOn(platform, id, { database })
    const plain = await planOn(platform, id)
    expect(plan.start.args).toHaveLength(plain.start.args.length)
    expect(plan.files.map(({ name }) => name)).toEqual(plain.files.map(({ name }) => name))
    const asUrl = encodeURIComponent(database.toWellFormed())
    const replaced = [...plan.start.args, ...plan.files.map(({ text }) => text)].map((text) =>
      text
        .replaceAll(`/${asUrl.replaceAll("'", `'\\''`)}?`, '/shop?')
        .replaceAll(`/${asUrl.replaceAll("'", '&#39;')}?`, '/shop?')
        .replaceAll(`/${asUrl}?`, '/shop?')
        .replaceAll(`|database=${database}|`, '|database=shop|')
        .replaceAll(`"database": ${JSON.stringify(database)}`, '"database": "shop"')
        .replaceAll(`"MaintenanceDB": ${JSON.stringify(database.toWellFormed())}`, '"MaintenanceDB": "shop"'),
    )
    expect(replaced).toEqual([...plain.start.args, ...plain.files.map(({ text }) => text)])
  })
  test('that differ only in what is left out have different titles', () => {
    const titles = ['a|b', 'ab'].map((resource) => targetOf(credentialNamed({ resource })).title)
    expect(new Set(titles).size).toBe(2)
  })
})
