import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import configuration from './builder.config.mjs'

test('electron-builder, which checks its configuration before it does anything else, knows every word of ours', async () => {
  const ofBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'))
  const { validateSchema } = ofBuilder('app-builder-lib/out/util/config/schemaValidator.js') as {
    validateSchema: (schema: unknown, data: unknown) => void
  }
  const schema: unknown = JSON.parse(await readFile(ofBuilder.resolve('app-builder-lib/scheme.json'), 'utf8'))
  const validate = (candidate: object) => () => validateSchema(schema, structuredClone(candidate))
  expect(validate(configuration)).not.toThrow()
  expect(validate({ ...configuration, hardenedRuntime: true })).toThrow('hardenedRuntime')
  expect(validate({ ...configuration, mac: { ...configuration.mac, target: 'dmgs' } })).toThrow('configuration.mac.target')
})

test('nobody can run other code under our name: every fuse is set, and to its safe side', () => {
  expect(configuration.electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  })
})

test('what is packaged is what was built, and no module beside it', () => {
  expect(configuration.files).toContain('!node_modules/**')
  expect(JSON.stringify(configuration.files)).not.toContain('src')
  expect(configuration.asar).toBe(true)
})

test('each system gets its packages, macOS a zip for its updates', () => {
  expect(configuration.linux?.target).toEqual(['AppImage', 'deb'])
  expect(JSON.stringify(configuration.mac?.target)).toMatch(/dmg.*universal.*zip.*universal/)
  expect(configuration.mac?.hardenedRuntime).toBe(true)
  expect(JSON.stringify(configuration.win?.target)).toContain('nsis')
})

test('updates are off until a release names its channel', () => {
  expect(configuration.publish).toBeNull()
})

test('the hardened runtime gives up nothing but what V8 needs', async () => {
  const plist = await readFile(join(import.meta.dirname, 'entitlements.mac.plist'), 'utf8')
  expect([...plist.matchAll(/<key>([^<]+)<\/key>/g)].map(([, key]) => key)).toEqual(['com.apple.security.cs.allow-jit'])
})
