import { expect, test } from 'vitest'
import { isOwnPage, ownPath } from './page-address.ts'

test('our page is ours wherever it is within the app', () => {
  expect(isOwnPage('app://sallyport/index.html')).toBe(true)
  expect(isOwnPage('app://sallyport/index.html#/resources')).toBe(true)
})

test.for([
  'app://sallyport/',
  'app://sallyport/index.html/',
  'app://sallyport/index.html?x=1',
  'app://sallyport/other.html',
  'app://sallyport.evil.example/index.html',
  'app://evil/index.html',
  'app://user@sallyport/index.html',
  'APP://sallyport/index.html',
  'https://sallyport/index.html',
  'file:///index.html',
  'about:blank',
  'about:blank#app://sallyport/index.html',
  'data:text/html,app://sallyport/index.html',
  '',
])('%j is not our page', (address) => {
  expect(isOwnPage(address)).toBe(false)
})

test('files are asked for under our scheme and host only', () => {
  expect(ownPath('app://sallyport/assets/index.js?v=1')).toBe('/assets/index.js')
  for (const address of ['app://other/assets/index.js', 'https://sallyport/', 'app://a:b@sallyport/', 'nothing'])
    expect(ownPath(address)).toBeNull()
})
