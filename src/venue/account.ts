/**
 * What a run asks of the account at its start: instruments, position mode, leverage.
 */
import type { Instrument } from '../domain/instrument.ts'
import type { Caller, Params } from './call.ts'
import type { Decoded } from './decode-fields.ts'
import { FieldReader, isRecord, isRefusal, show } from './decode-fields.ts'
import { decodeInstrument } from './decode-rows.ts'
import type { Outcome } from './gateway.ts'
import { misunderstood, READ_RECV_WINDOW_MS } from './paging.ts'
import type { Reads } from './reads.ts'

export interface AccountInfo {
  /** REGULAR_MARGIN is cross, the default. */
  readonly marginMode: string
  /** 5 and 6 are the current unified account. */
  readonly unifiedMarginStatus: number
}

/** Instruments per page: a page of all of them is a megabyte of JSON this process would keep the memory of. */
const INSTRUMENTS_PER_PAGE = 200
const HEDGE_MODE = 3

/** In the order asked for. Refused with 10001 when any does not exist or does not trade: all of them are named. */
export function loadInstruments(reads: Reads, symbols: readonly string[]): Promise<Outcome<Instrument[]>> {
  return loadWith(reads, symbols, ['Trading'])
}

/** A listing's statuses. Without one only what trades is listed (Bybit v5, instruments-info). */
const STATUSES = ['Trading', 'Closed', 'Delivering', 'PreLaunch'] as const
type ListingStatus = (typeof STATUSES)[number]

/** The same whether it trades or not: what is held in it can be read either way. */
export function loadListings(reads: Reads, symbols: readonly string[]): Promise<Outcome<Instrument[]>> {
  return loadWith(reads, symbols, STATUSES)
}

/** Asks for one status after the other while something is missing. */
async function loadWith(
  reads: Reads,
  symbols: readonly string[],
  statuses: readonly ListingStatus[],
): Promise<Outcome<Instrument[]>> {
  const found = new Map<string, Instrument>()
  const missing = (): string[] => symbols.filter((symbol) => !found.has(symbol))
  for (const status of statuses) {
    if (missing().length === 0) break
    const params = { category: 'linear', status, limit: INSTRUMENTS_PER_PAGE }
    const pages = await reads.pages('instruments', params, (list) => pickInstruments(list, missing(), status))
    if (pages.kind !== 'done') return pages
    for (const instrument of pages.value) found.set(instrument.symbol, instrument)
  }
  if (missing().length > 0) {
    return { kind: 'refused', code: 10001, reason: `no such linear perpetual, or not trading: ${missing().join(', ')}` }
  }
  return { kind: 'done', value: symbols.map((symbol) => found.get(symbol)!) }
}

/** Only what was asked for is decoded: of seven hundred others, an odd one must not stop a run. */
function pickInstruments(list: unknown, symbols: readonly string[], status: ListingStatus): Decoded<Instrument[]> {
  if (!Array.isArray(list)) return { why: `list must be an array, got ${show(list)}` }
  const picked: Instrument[] = []
  for (const row of list as unknown[]) {
    if (!isRecord(row) || !symbols.includes(row['symbol'] as string) || row['status'] !== status) continue
    const instrument = decodeInstrument(row)
    if (isRefusal(instrument)) return instrument
    picked.push(instrument)
  }
  return picked
}

/**
 * Hedge mode, verified: unchanged (110025) is fine, and the answer is believed only when the position list shows
 * both legs. Refused with 110024 or 110028 while positions or orders exist, 110029 where there is no hedge mode.
 */
export async function ensureHedgeMode(
  caller: Caller,
  reads: Reads,
  symbol: string,
  timeoutMs: number,
): Promise<Outcome<null>> {
  const params = { category: 'linear', symbol, mode: HEDGE_MODE }
  const switched = await configure(caller, 'switchMode', params, timeoutMs)
  // A lost reply is settled by looking, too.
  if (switched.kind === 'refused') return switched
  const rows = await reads.positions([symbol])
  if (rows.kind !== 'done') return rows
  const indexes = rows.value.map((row) => row.idx)
  if (indexes.includes(1) && indexes.includes(2)) return { kind: 'done', value: null }
  const seen = indexes.length === 0 ? 'none' : indexes.join(', ')
  return { kind: 'refused', code: 10001, reason: `${symbol} is not in hedge mode: position indexes shown are ${seen}` }
}

/** One try; "unchanged" counts as done. */
export async function configure(
  caller: Caller,
  op: 'switchMode' | 'setLeverage',
  params: Params,
  timeoutMs: number,
): Promise<Outcome<null>> {
  const { outcome } = await caller(op, params, { timeoutMs, recvWindowMs: READ_RECV_WINDOW_MS }).called
  return outcome.kind === 'done' ? { kind: 'done', value: null } : outcome
}

export async function readAccountInfo(reads: Reads): Promise<Outcome<AccountInfo>> {
  const outcome = await reads.read('account', {})
  if (outcome.kind !== 'done') return outcome
  const fields = new FieldReader(outcome.value.result)
  const value = { marginMode: fields.word('marginMode'), unifiedMarginStatus: fields.integer('unifiedMarginStatus') }
  return fields.why === null ? { kind: 'done', value } : misunderstood('account', fields.why)
}
