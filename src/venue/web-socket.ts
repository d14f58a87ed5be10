/**
 * One connection of npm `ws`, as its user needs it.
 */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import type { SocketEvents, VenueSocket } from './transport.ts'

/** Connects at once. */
export function openWebSocket(url: string, events: SocketEvents): VenueSocket {
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true })
  socket.on('upgrade', (response: IncomingMessage) => {
    response.socket.on('data', () => events.onBytes())
  })
  socket.on('open', () => events.onOpen())
  socket.on('message', (data) => events.onText((data as Buffer).toString()))
  socket.on('ping', () => events.onControl())
  socket.on('pong', () => events.onControl())
  socket.on('error', (error) => events.onError(error.message))
  socket.on('close', (code, reason) => events.onClose(code, reason.toString()))
  return {
    get state() {
      if (socket.readyState === WebSocket.CONNECTING) return 'connecting'
      return socket.readyState === WebSocket.OPEN ? 'open' : 'ending'
    },
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
    terminate: () => socket.terminate(),
  }
}
