/**
 * How releases are packaged (electron-builder). Signing and notarising happen where the certificates are: without them, builds
 * are unsigned and say so. The agent is an executable of its own beside the app's resources, see docs/adr.
 *
 * @type {import('electron-builder').Configuration}
 */
const configuration = {
  appId: 'app.sallyport.desktop',
  productName: 'Sallyport',
  executableName: 'sallyport-app',
  copyright: 'Copyright © the Sallyport authors',
  directories: { output: 'dist/packages', buildResources: 'packaging' },
  // Everything is bundled: no node_modules, no sources, no tests.
  files: ['dist/main/**', 'dist/preload/**', 'dist/renderer/**', 'package.json', '!node_modules/**'],
  extraResources: [
    { from: 'icons', to: 'icons', filter: ['tray-*'] },
    { from: 'dist/executable', to: 'bin' },
    { from: 'dist/renderer', to: 'bin/renderer' },
  ],
  asar: true,
  npmRebuild: false,
  nodeGypRebuild: false,
  // Off until a release names its channel.
  publish: null,
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    resetAdHocDarwinSignature: true,
  },
  protocols: [{ name: 'Sallyport link', schemes: ['sallyport'], role: 'Viewer' }],
  linux: {
    target: ['AppImage', 'deb'],
    icon: 'icons',
    category: 'Development',
    synopsis: 'Databases and servers without passwords',
    maintainer: 'the Sallyport authors',
    mimeTypes: ['x-scheme-handler/sallyport'],
    desktop: { entry: { Name: 'Sallyport', StartupWMClass: 'app.sallyport.desktop' } },
  },
  deb: { depends: ['libgtk-3-0', 'libnotify4', 'libnss3', 'libxss1', 'libxtst6', 'xdg-utils', 'libatspi2.0-0', 'libsecret-1-0'] },
  mac: {
    // Updates need the zip beside the dmg.
    target: [
      { target: 'dmg', arch: ['universal'] },
      { target: 'zip', arch: ['universal'] },
    ],
    icon: 'icons/icon.icns',
    category: 'public.app-category.developer-tools',
    minimumSystemVersion: '13.0',
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: 'packaging/entitlements.mac.plist',
    entitlementsInherit: 'packaging/entitlements.mac.plist',
    binaries: ['Contents/Resources/bin/sallyport'],
    // One executable for each processor lies in the universal app as it is.
    x64ArchFiles: 'Contents/Resources/bin/*',
    // With the three variables of Apple's notary service set, releases are notarised; without, they are not.
    notarize: Boolean(process.env.APPLE_API_KEY && process.env.APPLE_API_KEY_ID && process.env.APPLE_API_ISSUER),
  },
  win: { target: [{ target: 'nsis', arch: ['x64', 'arm64'] }], icon: 'icons/icon.ico', signExts: ['.exe'] },
  nsis: { oneClick: true, perMachine: false, deleteAppDataOnUninstall: false },
}

export default configuration
