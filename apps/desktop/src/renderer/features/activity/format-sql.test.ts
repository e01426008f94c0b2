import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSql } from './format-sql.ts'
import { sqlTokens } from './sql-tokens.ts'

test('each clause stands on its line, conditions below one another', () => {
  expect(
    formatSql('select id, total from orders o left join customers c on c.id = o.customer where o.id = $1 and paid order by id'),
  ).toBe(
    [
      'select id, total',
      'from orders o',
      'left join customers c on c.id = o.customer',
      'where o.id = $1',
      '  and paid',
      'order by id',
    ].join('\n'),
  )
})

test('a subquery is indented, a function stays on its line', () => {
  expect(formatSql('select extract(epoch from at) from (select at from log where x in (1, 2)) l')).toBe(
    ['select extract(epoch from at)', 'from (', '  select at', '  from log', '  where x in (1, 2)', ') l'].join('\n'),
  )
})

test('the end of a range is no condition of its own', () => {
  expect(formatSql('select 1 from t where a between 1 and 2 and b')).toBe('select 1\nfrom t\nwhere a between 1 and 2\n  and b')
})

test('words in quotes and comments are left alone', () => {
  const statement = `select 'from  where', "group", $x$ order by $x$, E'it\\'s from' /* where */`
  expect(formatSql(statement)).toBe(statement)
  expect(formatSql('delete from orders where id = 1')).toBe('delete from orders\nwhere id = 1')
})

test('parts put together are the statement', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (statement) => {
      expect(
        sqlTokens(statement)
          .map(({ text }) => text)
          .join(''),
      ).toBe(statement)
    }),
  )
})

test('only space is changed, whatever the statement', () => {
  const piece = fc.constantFrom(
    'select',
    ' ',
    '\n',
    '(',
    ')',
    "'",
    '"',
    '$$',
    'from',
    'where',
    'a',
    ',',
    'and',
    'between',
    'join',
    'left',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const statement = pieces.join('')
      const bare = (of: string): string => of.replaceAll(/\s+/g, '')
      expect(bare(formatSql(statement))).toBe(bare(statement))
    }),
  )
})
