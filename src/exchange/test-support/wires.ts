/**
 * Clients that behave badly: bare wires with every byte in the test's hands, and a venue roomy enough for thousands of
 * them.
 */
import { connect as connectWire, type Socket } from 'node:net'
import { expect } from 'vitest'
import type { ServeOptions } from '../shell.ts'
import { call, connect } from './clients.ts'
import { type Setting, setUp } from './setting.ts'

export interface RoomySetting extends Setting {
  readonly port: number
}

export async function setUpRoomy(options: ServeOptions = {}): Promise<RoomySetting> {
  const roomy = { ipCallsPer5s: 100_000, connections: { newPer5Min: 100_000, marketDataPerAddress: 100_000 } }
  const setting = await setUp({ ...roomy, ...options })
  return { ...setting, port: Number(new URL(setting.exchange.restUrl).port) }
}

export interface Wire {
  readonly socket: Socket
  /** Everything the venue said, once it has hung up. */
  readonly said: Promise<string>
}

export async function wire(port: number): Promise<Wire> {
  const socket = connectWire({ port, host: '127.0.0.1', allowHalfOpen: true })
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  const said = new Promise<string>((resolve) => {
    socket.on('end', () => resolve(text))
    socket.on('close', () => resolve(text))
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, said }
}

/** Others are served: REST and a stream. */
export async function alive({ exchange }: Setting): Promise<void> {
  expect(await call(`${exchange.restUrl}/v5/market/time`)).toMatchObject({ status: 200 })
  using client = await connect(exchange.privateUrl)
  expect(await client.ask({ op: 'ping' })).toMatchObject({ op: 'pong' })
}

/** The head of a handshake. */
export function upgrade(path: string, extra = ''): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${extra}\r\n`
  )
}

/** A masked frame with a mask of zeros, so that what is written is what arrives. */
export function frame(opcode: number, payload: Buffer, { isFinal = true, declared = payload.length } = {}): Buffer {
  const first = (isFinal ? 0x80 : 0) | opcode
  const head =
    declared < 126
      ? Buffer.from([first, 0x80 | declared])
      : Buffer.from([first, 0xff, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (declared >>> bits) & 255)])
  return Buffer.concat([head, Buffer.alloc(4), payload])
}
