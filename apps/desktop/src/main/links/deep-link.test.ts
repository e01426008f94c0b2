import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deepLinkAmong, parseDeepLink } from './deep-link.ts'

const id = '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21'

test('a link names a credential by its id', () => {
  expect(parseDeepLink(`sallyport://connect/${id}`)).toEqual({ kind: 'connect', credential: id })
  expect(parseDeepLink(`sallyport://connect/${id}/`)).toEqual({ kind: 'connect', credential: id })
})

test('the end of a sign-in says nothing but that', () => {
  expect(parseDeepLink('sallyport://signed-in')).toEqual({ kind: 'signed-in' })
})

test.for([
  `sallyport://connect/${id}?tool=psql`,
  `sallyport://connect/${id}#psql`,
  `sallyport://connect/${id}/open`,
  `sallyport://user@connect/${id}`,
  `sallyport://connect:1/${id}`,
  `sallyport://connect/shop-db/read-only`,
  `sallyport://connect/..%2f${id}`,
  `sallyport://connect//${id}`,
  `SALLYPORT://connect/${id}`,
  `sallyport:connect/${id}`,
  `sallyport://connect/${id}\n`,
  ` sallyport://connect/${id}`,
  `sallyport://signed-in?code=1&state=2`,
  `sallyport://approve/${id}`,
  `https://connect/${id}`,
  `sallyport://connect/${id}${'/'.repeat(300)}`,
  '',
])('%j is none of our links', (text) => {
  expect(parseDeepLink(text)).toBeNull()
})

test('nothing but an id ever comes out', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const link = parseDeepLink(`sallyport://connect/${text}`)
      expect(link === null || (link.kind === 'connect' && /^[0-9a-f-]{36}$/.test(link.credential))).toBe(true)
    }),
  )
})

test('it is found among the words of a command line, wherever it stands', () => {
  expect(deepLinkAmong(['sallyport', '--flag', `sallyport://connect/${id}`, '.'])).toEqual({ kind: 'connect', credential: id })
  expect(deepLinkAmong(['sallyport', '--flag'])).toBeNull()
})
