import { describe, expect, test } from 'vitest'
import { inspectPasswords, LeasedName, PasswordScanner } from './password-guard.ts'

const leased = new LeasedName('app')
const inspect = (text: string, name = leased) => inspectPasswords(Buffer.from(text, 'latin1'), name)
const refused = (text: string, userName = 'app'): boolean => inspect(text, new LeasedName(userName)).refused
const redacted = (text: string): string => {
  let result = ''
  let from = 0
  for (const { start, end } of inspect(text).secrets) {
    result += `${text.slice(from, start)}#`
    from = end
  }
  return result + text.slice(from)
}

test('of a temporary user its role is guarded as well, and nobody else', () => {
  const names = new LeasedName('sp_1', 'readers')
  const changes = (name: string): boolean => inspect(`set role readers; alter role ${name} password 'x'`, names).refused
  expect(['sp_1', 'readers', '"readers"', 'READERS', 'current_user'].map(changes)).toEqual([true, true, true, true, true])
  expect(changes('app')).toBe(false)
})

describe("changing the leased user's password", () => {
  test.each([
    "alter user app password 'x'",
    "ALTER ROLE app WITH PASSWORD 'x'",
    "alter role app encrypted password 'x'",
    'alter role app password null',
    'alter user "app" password \'x\'',
    "alter user APP password 'x'",
    "alter user current_user password 'x'",
    "alter role session_user password 'x'",
    "alter role CURRENT_ROLE connection limit 5 password 'x'",
    "select 1; alter user app password 'x'; select 2",
    "alter/* comment /* nested */ */user--line\napp password 'x'",
    'alter user U&"\\0061pp" password \'x\'',
    "alter user app valid until 'infinity' password $$x$$",
    "create role app login password 'x'",
    "select 'it''s'; alter user app password 'x'",
    "select E'it\\'s'; alter user app password 'x'",
    "select e'a'\n'b\\''; alter user app password 'x'",
    'select "a""b"; alter user app password $tag$x$tag$',
    "select $a$ ; $b$ $a$; alter user app password 'x'",
    "select $1; alter user app password 'x'",
    "select a$b$c from t; alter user app password 'x'",
    "alter user app user \xe9; password 'x'",
    "do $$begin alter user app password 'x'; end$$",
    "do 'begin alter user app password ''x''; end'",
    "do $$begin execute 'alter user app password ''x'''; end$$",
    "create function f() returns void language sql as $f$alter user current_user password 'x'$f$",
    "update pg_authid set rolpassword = 'x' where rolname = 'app'",
    'update pg_catalog.pg_authid set "rolpassword" = md5(random()::text)',
    // Depends on standard_conforming_strings: with backslashes as escapes the second statement is one.
    "select '\\'', '; alter user app password $$x$$; --'",
    // Depends on the client encoding: 0x5c may be the second byte of a character, or an escape.
    "select E'\x95\\'; alter user app password $$x$$; --'",
  ])('is refused: %s', (text) => {
    expect(refused(text)).toBe(true)
  })

  test.each([
    "alter user other password 'x'",
    "create user other password 'x'",
    'alter user app set search_path = public',
    'select password from app',
    "select 'alter user app password ''x'''",
    "insert into notes values ($$alter user app password 'x'$$)",
    "-- alter user app password 'x'\nselect 1",
    "/* alter user app password 'x' */ select 1",
    "alter user mapping for app server s options (set password 'x')",
    'alter table password add column app text',
    'alter user "APP" password \'x\'',
    'select rolname from pg_authid where rolpassword is null',
  ])('is not refused: %s', (text) => {
    expect(refused(text)).toBe(false)
  })

  test('knows a name that must be quoted, and one that is cut at 63 bytes', () => {
    expect(refused('alter user "App" password \'x\'', 'App')).toBe(true)
    expect(refused("alter user App password 'x'", 'App')).toBe(false)
    expect(refused(`alter user ${'a'.repeat(80)} password 'x'`, 'a'.repeat(63))).toBe(true)
  })

  test('takes any name beyond ASCII for the leased one if that is beyond ASCII too, because its bytes depend on the encoding', () => {
    expect(refused("alter user j\xf6rg password 'x'", 'jörg')).toBe(true)
    expect(refused("alter user j\xf6rg password 'x'", 'app')).toBe(false)
  })
})

describe('passwords in records', () => {
  test.each([
    ["alter user other password 'secret'", 'alter user other password #'],
    ["alter user other password E'sec\\'ret' valid until 'x'", "alter user other password E# valid until 'x'"],
    ['create role r login password $tag$secret$tag$ superuser', 'create role r login password # superuser'],
    ["create role r password U&'secret' uescape '!'", "create role r password U&# uescape '!'"],
    ["create role r password 'sec''ret'", 'create role r password #'],
    ["create role r password 'sec'\n  'ret'", 'create role r password #\n  #'],
    ["create role r password /* no */ 'secret'", 'create role r password /* no */ #'],
    ["create user a password 'x'; create user b password 'y'", 'create user a password #; create user b password #'],
    [
      "create user mapping for me server s options (user 'u', password 'secret')",
      "create user mapping for me server s options (user 'u', password #)",
    ],
    ["create role r password 'never closed", 'create role r password #'],
    ["create role r password 'SCRAM-SHA-256$4096:c2FsdA==$a:b'", 'create role r password #'],
    [
      "create subscription s connection 'host=h password=secret user=u' publication p",
      "create subscription s connection 'host=h password=# user=u' publication p",
    ],
    ["select dblink_connect('postgres://me:secret@h/db')", "select dblink_connect('postgres://me:#@h/db')"],
    ["do $$begin create role r password 'secret'; end$$", 'do $$begin create role r password #; end$$'],
    ["do $$begin execute 'create role r password ''secret'''; end$$", 'do $$begin execute #; end$$'],
    ["update pg_authid set rolpassword = 'secret'", 'update pg_authid set rolpassword = #'],
  ])('%s', (text, expected) => {
    expect(redacted(text)).toBe(expected)
  })

  test.each([
    "select * from users where password = 'x'",
    "select 'password=x'",
    "comment on column t.password is 'x'",
    "create table t (password text default 'x')",
  ])('are not seen where there are none: %s', (text) => {
    expect(redacted(text)).toBe(text)
  })
})

describe('hostile texts', () => {
  test.each([
    ['nested literals under an ambiguous reading', `create '\\' ${"$a$ do '$b$ password '".repeat(4000)}`],
    ['unfinished addresses', `create '${'://a:'.repeat(50_000)}'`],
    ['unfinished connection strings', `create '${'password='.repeat(25_000)}'`],
    ['unclosed quotes', `create $x$${"password='".repeat(20_000)}$x$`],
    ['many passwords', "create user a password 'x';".repeat(9000)],
  ])('are judged in a moment: %s', (_, text) => {
    const started = performance.now()
    inspect(text)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})

describe('a statement in pieces', () => {
  test('is judged like the whole, wherever it is cut', () => {
    const text = Buffer.from(
      "select E'a\\'', $x$ $ $x$; create user o password 'one'; alter user app password U&'two' ; select \"x\"\"y\"",
    )
    const whole = inspectPasswords(text, leased)
    for (let cut = 0; cut <= text.length; cut++) {
      const scanner = new PasswordScanner(leased)
      scanner.push(text.subarray(0, cut))
      scanner.push(text.subarray(cut))
      scanner.finish()
      expect({ refused: scanner.refused, secrets: scanner.secrets }).toEqual(whole)
    }
  })

  test('gathers nothing that is done with', () => {
    const scanner = new PasswordScanner(leased)
    const piece = Buffer.from("create user o password 'x';")
    for (let index = 0; index < 1000; index++) {
      scanner.push(piece)
      scanner.forget((index + 1) * piece.length)
    }
    expect(scanner.secrets).toEqual([])
  })
})
