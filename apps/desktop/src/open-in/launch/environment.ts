/** The environment that other programs are started with: the person's own, without what belongs to us or leads elsewhere. */

/** Ours, Electron's and Node's: they would change what the tool is, or tell it where our passphrase lies. */
const OURS = /^(?:SALLYPORT_|ELECTRON_|NODE_OPTIONS$|NODE_COMPILE_CACHE$|NODE_CHANNEL_|CHROME_DESKTOP$)/
/** Settings of client libraries: a service, another host, a stricter TLS mode than a loopback listener can meet. */
const CLIENT_LIBRARIES = /^(?:PG(?!APPNAME$|CLIENTENCODING$|DATESTYLE$|TZ$|LOCALEDIR$)|MYSQL_|REDISCLI_AUTH$)/
/** What an AppImage sets for itself: libraries and modules of its own that fit no other program. */
const APP_IMAGE =
  /^(?:LD_LIBRARY_PATH|LD_PRELOAD|APPDIR|APPIMAGE|ARGV0|OWD|GDK_|GTK_|GIO_|GSETTINGS_SCHEMA_DIR|QT_PLUGIN_PATH|PYTHONHOME)/

const withoutFolders = (list: string, mount: string): string =>
  list
    .split(':')
    .filter((folder) => folder !== mount && !folder.startsWith(`${mount}/`))
    .join(':')

export const toolEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const mount = environment['APPDIR']
  const entries = Object.entries(environment).filter(
    ([name]) => !OURS.test(name) && !CLIENT_LIBRARIES.test(name) && (mount === undefined || !APP_IMAGE.test(name)),
  )
  if (mount === undefined) return Object.fromEntries(entries)
  const lists = new Set(['PATH', 'XDG_DATA_DIRS'])
  return Object.fromEntries(entries.map(([name, value = '']) => [name, lists.has(name) ? withoutFolders(value, mount) : value]))
}
