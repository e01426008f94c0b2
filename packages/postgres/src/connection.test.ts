import fc from 'fast-check'
import pg from 'pg'
import { expect, test } from 'vitest'
import { connectionUrl } from './connection.ts'

const text = fc.string({ minLength: 1, unit: 'grapheme-ascii' })

test('node-postgres reads back what went into the URL, over a socket', () => {
  fc.assert(
    fc.property(text, text, (name, password) => {
      const url = connectionUrl({ socketDirectory: '/a folder/run', port: 5433 }, { name, password }, 'shop')
      const { user, password: read, host, port, database } = new pg.Client({ connectionString: url })
      expect({ user, read, host, port, database }).toEqual({
        user: name,
        read: password,
        host: '/a folder/run',
        port: 5433,
        database: 'shop',
      })
    }),
  )
})

test('without a socket the URL leads to loopback', () => {
  const client = new pg.Client({
    connectionString: connectionUrl({ socketDirectory: null, port: 21000 }, { name: 'a', password: 'b' }, 'c'),
  })
  expect(client).toMatchObject({ host: '127.0.0.1', port: 21000, user: 'a', database: 'c' })
})
