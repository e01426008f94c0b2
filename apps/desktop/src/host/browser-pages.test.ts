import { expect, test } from 'vitest'
import { BrowserPages } from './browser-pages.ts'

const id = '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21'
const other = '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d22'

const begin = async (url: string): Promise<BrowserPages> => {
  const pages = new BrowserPages()
  await pages.listen(async () => ({ id, url }))('beginSignIn', {})
  return pages
}

test.for(['https://acme.example/sign-in?attempt=1', 'http://127.0.0.1:8443/sign-in'])(
  'a page that the agent began can be opened: %s',
  async (url) => {
    const pages = await begin(url)
    expect(pages.address(id)).toBe(url)
    expect(pages.address(other)).toBeNull()
  },
)

test.for([
  'http://acme.example/sign-in',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'sallyport://connect/x',
  'https://user:word@acme.example/',
  'smb://acme.example/share',
  'acme.example',
])('%s is not handed to the system', async (url) => {
  expect((await begin(url)).address(id)).toBeNull()
})

test('what other methods answer is no page', async () => {
  const pages = new BrowserPages()
  await pages.listen(async () => ({ id, url: 'https://evil.example' }))('api', {})
  expect(pages.address(id)).toBeNull()
})
