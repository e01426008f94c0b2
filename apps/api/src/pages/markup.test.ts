import fc from 'fast-check'
import { expect, it } from 'vitest'
import { html } from './markup.ts'

it('shows whatever text it is given as text, between tags and in attributes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', ' ', '/', '=') }), (text) => {
      const made = html`<p title="${text}">${text}</p>`.toString()
      expect(made).not.toMatch(/<(?!p title="|\/p>)/)
      expect(made.split('"')).toHaveLength(3)
      expect(made).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/)
    }),
  )
})

it('takes markup and lists of it as they are', () => {
  const items = ['<a>', 'b'].map((text) => html`<b>${text}</b>`)
  expect(html`${items}${null}${html`<i></i>`}${7}`.toString()).toBe('<b>&lt;a&gt;</b><b>b</b><i></i>7')
})
