/**
 * The one thing that the page gets from outside its sandbox: a way to send requests and to hear events. It decides nothing; the
 * main process checks who sends, and parses what.
 */
import { contextBridge, ipcRenderer } from 'electron'
import { EVENT_CHANNEL, LISTENING_CHANNEL, REQUEST_CHANNEL } from '../main/ipc/channels.ts'
import type { AppAnswer, AppEvent } from '../shared/app-messages.ts'
import type { AppPort } from '../shared/app-api.ts'

const port: AppPort = {
  send: (request) => ipcRenderer.invoke(REQUEST_CHANNEL, request) as Promise<AppAnswer>,
  listen: (listener) => {
    const forward = (_event: unknown, told: AppEvent): void => listener(told)
    ipcRenderer.on(EVENT_CHANNEL, forward)
    ipcRenderer.send(LISTENING_CHANNEL)
    return () => {
      ipcRenderer.off(EVENT_CHANNEL, forward)
    }
  },
}

contextBridge.exposeInMainWorld('sallyport', port)
