import { expect, test } from 'vitest'
import { autostartEntry, linkHandlerEntry } from './desktop-entry.ts'

test('the app starts at login without its window', () => {
  expect(autostartEntry(['/opt/Sallyport/sallyport-app', '--hidden'])).toBe(
    '[Desktop Entry]\nType=Application\nName=Sallyport\nTerminal=false\n' +
      'Exec="/opt/Sallyport/sallyport-app" "--hidden"\nX-GNOME-Autostart-enabled=true\n',
  )
})

test('a link is one argument', () => {
  expect(linkHandlerEntry(['/home/ada/Sallyport.AppImage'])).toContain('Exec="/home/ada/Sallyport.AppImage" %u\n')
  expect(linkHandlerEntry(['/home/ada/Sallyport.AppImage'])).toContain('MimeType=x-scheme-handler/sallyport;\n')
})

test('what a path holds is not read as part of the line', () => {
  const line = autostartEntry(['/home/a"b$c`d\\e%f/app'])
  expect(line).toContain(String.raw`Exec="/home/a\\"b\\$c\\` + '`' + String.raw`d\\\\e%%f/app"`)
  expect(() => autostartEntry(['/home/a\nExec=evil'])).toThrow(/line break/)
})
