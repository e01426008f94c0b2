import { expect, onTestFinished, test } from 'vitest'
import { runProgram } from './run-program.ts'
import type { SecretService } from './secret-service.ts'
import { secretService, secretServiceSkipReason } from './secret-service.ts'

const reason = secretServiceSkipReason()

const start = async (): Promise<SecretService> => {
  const service = await secretService()
  onTestFinished(() => service.stop())
  return service
}

const keychainModule = JSON.stringify(new URL(import.meta.resolve('@napi-rs/keyring')).href)

/** Runs a script with `entry`, an entry of the keychain, in a process of its own. */
const inChild = (service: SecretService, script: string): ReturnType<typeof runProgram> => {
  const prologue = `import keychain from ${keychainModule}
    const entry = new keychain.AsyncEntry('sallyport-test', 'key', { linux: { store: 'secret-service' } })
  `
  return runProgram({ command: process.execPath, args: ['--input-type=module', '-e', prologue + script], env: service.env })
}

const read = `console.log(Buffer.from(await entry.getSecret() ?? []).toString('hex'))`

test.skipIf(reason !== null)(
  `keeps what one process stores for the next, apart from other keychains (${reason ?? 'runs'})`,
  async () => {
    const [one, other] = [await start(), await start()]
    expect(await inChild(one, `await entry.setSecret(Buffer.from('00ff10', 'hex'))`)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await inChild(one, read)).toEqual({ code: 0, stdout: '00ff10\n', stderr: '' })
    expect((await inChild(other, read)).stdout).toBe('\n')
  },
)

test.skipIf(reason !== null)(`a locked keychain gives nothing away until it is unlocked (${reason ?? 'runs'})`, async () => {
  const service = await start()
  await inChild(service, `await entry.setSecret(Buffer.from('00ff10', 'hex'))`)
  await service.lock()
  const { code, stdout, stderr } = await inChild(service, read)
  expect({ failed: code !== 0, stdout }).toEqual({ failed: true, stdout: '' })
  expect(stderr).toContain('Error')
  await service.unlock()
  expect(await inChild(service, read)).toEqual({ code: 0, stdout: '00ff10\n', stderr: '' })
})
