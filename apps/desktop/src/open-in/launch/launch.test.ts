import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withTemporaryDirectory } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { CREDENTIAL_ID } from '../testing/credential.ts'
import { toolEnvironment } from './environment.ts'
import { keepOpenFolders, openFolderOf, writeOpenFolder } from './open-folders.ts'

describe('the environment of a tool', () => {
  test('is the person’s own, without what is ours or leads elsewhere', () => {
    const own = { HOME: '/home/ada', PATH: '/usr/bin', LD_LIBRARY_PATH: '/opt/lib', PGTZ: 'UTC', LANG: 'de' }
    const others = {
      SALLYPORT_PASSPHRASE_FILE: '/secret',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      CHROME_DESKTOP: 'x',
      PGSERVICE: '',
      PGHOSTADDR: '192.0.2.1',
      PGSSLMODE: 'verify-full',
      PGPASSWORD: 'x',
      MYSQL_PWD: 'x',
      REDISCLI_AUTH: 'x',
    }
    expect(toolEnvironment({ ...own, ...others })).toEqual(own)
  })
  test('leaves out what an AppImage set for itself', () => {
    const environment = {
      APPDIR: '/tmp/.mount_x',
      APPIMAGE: '/home/ada/Sallyport.AppImage',
      LD_LIBRARY_PATH: '/tmp/.mount_x/usr/lib',
      GTK_PATH: '/tmp/.mount_x/gtk',
      PATH: '/tmp/.mount_x:/tmp/.mount_x/usr/bin:/usr/bin',
      XDG_DATA_DIRS: '/tmp/.mount_x/share:/usr/share',
    }
    expect(toolEnvironment(environment)).toEqual({ PATH: '/usr/bin', XDG_DATA_DIRS: '/usr/share' })
  })
})

describe.skipIf(process.platform === 'win32')('folders of what tools open', () => {
  const OTHER = 'aaaaaaaa-6f0e-4d5c-9d4c-0d9a4b0f1e21'

  test('are private, and so are their files, also those that were there', () =>
    withTemporaryDirectory(async (home) => {
      const folder = openFolderOf(join(home, 'open'), CREDENTIAL_ID)
      await mkdir(folder, { recursive: true, mode: 0o755 })
      await writeFile(join(folder, 'a.txt'), 'old', { mode: 0o644 })
      await writeOpenFolder(folder, [
        { name: 'a.txt', text: 'new' },
        { name: 'b/c/d.command', text: '#!/bin/sh\n', executable: true },
      ])
      const mode = async (path: string) => ((await stat(join(folder, path))).mode & 0o777).toString(8)
      expect(await Promise.all(['.', 'a.txt', 'b', 'b/c', 'b/c/d.command'].map(mode))).toEqual([
        '700',
        '600',
        '700',
        '700',
        '700',
      ])
      expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('new')
    }))
  test('go when the access has ended', () =>
    withTemporaryDirectory(async (home) => {
      for (const id of [CREDENTIAL_ID, OTHER]) await writeOpenFolder(openFolderOf(home, id), [{ name: 'x', text: '' }])
      await keepOpenFolders(home, new Set([OTHER]))
      expect(await readdir(home)).toEqual([OTHER])
      await keepOpenFolders(join(home, 'never-made'), new Set())
    }))
  test('lie nowhere else, whatever a credential calls itself', () => {
    expect(() => openFolderOf('/open', '../../etc')).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
