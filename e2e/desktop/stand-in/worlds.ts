/**
 * The two worlds of a document: the page's own, and the preload's beside it. They share the document and nothing else; what
 * crosses is text, as Electron's bridge copies what crosses.
 */

/** Name of the preload's world, and of the functions that main gives it. */
export const WORLD = 'sallyport-preload'
export const TO_MAIN = '__standInToMain'
export const FROM_MAIN = '__standInFromMain'

/** Runs in the page's world before any of its scripts: makes what the preload exposes. */
export const pageWorld = `(() => {
  if (window !== window.top) return
  const answers = new Map()
  const callbacks = new Map()
  let next = 0
  const across = (name, value) => document.dispatchEvent(new CustomEvent(name, { detail: JSON.stringify(value) }))
  const made = ({ call, kind, value }) => {
    if (kind === 'value') return value
    if (kind === 'function') return (...words) => invoke({ call }, words)
    return new Promise((resolve, reject) => answers.set(call, { resolve, reject }))
  }
  const invoke = (target, words) => {
    const call = next++
    let outcome
    const hear = ({ detail }) => { outcome = JSON.parse(detail) }
    const copied = words.map((word, index) => {
      if (typeof word !== 'function') return { value: word }
      callbacks.set(call + '/' + index, word)
      return { callback: call + '/' + index }
    })
    document.addEventListener('stand-in-outcome', hear)
    try {
      across('stand-in-call', { ...target, id: call, words: copied })
    } finally {
      document.removeEventListener('stand-in-outcome', hear)
    }
    if (outcome.kind === 'thrown') throw new Error(outcome.value)
    return made({ call, ...outcome })
  }
  document.addEventListener('stand-in-settled', ({ detail }) => {
    const { call, error, value } = JSON.parse(detail)
    if (error === undefined) answers.get(call)?.resolve(value)
    else answers.get(call)?.reject(new Error(error))
    answers.delete(call)
  })
  document.addEventListener('stand-in-callback', ({ detail }) => {
    const { callback, words } = JSON.parse(detail)
    callbacks.get(callback)?.(...words)
  })
  document.addEventListener('stand-in-expose', ({ detail }) => {
    const { key, names } = JSON.parse(detail)
    const exposed = Object.fromEntries(names.map((name) => [name, (...words) => invoke({ key, name }, words)]))
    Object.defineProperty(window, key, { value: Object.freeze(exposed), enumerable: true })
  })
})()`

/** Runs the preload in its world, with the two parts of Electron that a sandboxed preload may require. */
export const preloadWorld = (preload: string): string => `(() => {
  if (window !== window.top) return
  const exposed = new Map()
  const returned = new Map()
  const listeners = new Map()
  const waiting = new Map()
  let next = 0
  const across = (name, value) => document.dispatchEvent(new CustomEvent(name, { detail: JSON.stringify(value) }))
  const outcomeOf = (call, result) => {
    if (typeof result === 'function') {
      returned.set(call, result)
      return { kind: 'function' }
    }
    if (!(result instanceof Promise)) return { kind: 'value', value: result }
    result.then(
      (value) => across('stand-in-settled', { call, value }),
      (error) => across('stand-in-settled', { call, error: String(error?.message ?? error) }),
    )
    return { kind: 'promise' }
  }
  document.addEventListener('stand-in-call', ({ detail }) => {
    const { id, key, name, call, words } = JSON.parse(detail)
    const target = call === undefined ? exposed.get(key)?.[name] : returned.get(call)
    const given = words.map((word) =>
      word.callback === undefined
        ? word.value
        : (...told) => across('stand-in-callback', { callback: word.callback, words: told }),
    )
    let outcome
    try {
      outcome = outcomeOf(id, target(...given))
    } catch (error) {
      outcome = { kind: 'thrown', value: String(error?.message ?? error) }
    }
    across('stand-in-outcome', outcome)
  })
  const send = (message) => ${TO_MAIN}(JSON.stringify(message))
  const electron = {
    contextBridge: {
      exposeInMainWorld: (key, value) => {
        exposed.set(key, value)
        across('stand-in-expose', { key, names: Object.keys(value) })
      },
    },
    ipcRenderer: {
      invoke: (channel, ...words) =>
        new Promise((resolve, reject) => {
          const id = next++
          waiting.set(id, { resolve, reject })
          send({ kind: 'invoke', id, channel, words })
        }),
      send: (channel, ...words) => send({ kind: 'send', channel, words }),
      on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
      off: (channel, listener) => listeners.set(channel, (listeners.get(channel) ?? []).filter((other) => other !== listener)),
    },
  }
  globalThis.${FROM_MAIN} = (text) => {
    const message = JSON.parse(text)
    if (message.kind === 'event') for (const listener of listeners.get(message.channel) ?? []) listener({}, ...message.words)
    else if (message.error === undefined) waiting.get(message.id)?.resolve(message.result)
    else waiting.get(message.id)?.reject(new Error(message.error))
    if (message.kind === 'answer') waiting.delete(message.id)
  }
  const require = (name) => {
    if (name !== 'electron') throw new Error('A sandboxed preload cannot require ' + name)
    return electron
  }
  ;((require, module, exports) => {${preload}
})(require, { exports: {} }, {})
})()`
