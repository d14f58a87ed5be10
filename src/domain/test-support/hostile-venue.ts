/**
 * A venue that does everything a venue may do to a trade, from a seed, in virtual time: late, lost, repeated, partial,
 * refused and overtaking answers. Deliberately naive, and written without a look at the rules it tests.
 */

import type { Random } from '../../seams/random.ts'
import { seededRandom } from '../../seams/random.ts'
import { apply } from '../apply.ts'
import type { Action } from '../decide.ts'
import { decide } from '../decide.ts'
import type { Fact, NewOrder, Trade } from '../trade.ts'

export interface Hostility {
  /** Chances in [0, 1]. */
  readonly lostRequest: number
  readonly lostReply: number
  readonly refused: number
  readonly rateLimited: number
  readonly partial: number
  readonly never: number
  readonly withheldRow: number
  readonly repeatedRow: number
  readonly failedRead: number
}

interface Order {
  readonly order: NewOrder
  filled: number
  open: boolean
  fills: { execId: string; lots: number }[]
}

export interface HostileRun {
  readonly trade: Trade
  readonly positions: { readonly long: number; readonly short: number }
  /** Faults of ours the venue saw: an id sent twice, a reduce of more than is held, a leg driven below zero. */
  readonly complaints: readonly string[]
  readonly endedMs: number
  readonly log: readonly string[]
}

export class HostileVenue {
  readonly #random: Random
  readonly #chances: Hostility
  readonly #queue: { at: number; order: number; run: () => void }[] = []
  readonly #orders = new Map<string, Order>()
  readonly #positions = { long: 0, short: 0 }
  readonly #complaints: string[] = []
  readonly #log: string[] = []
  #trade: Trade
  #now = 0
  #ticket = 0
  #wake = 0

  constructor(seed: number, trade: Trade, chances: Hostility) {
    this.#random = seededRandom(seed)
    this.#chances = chances
    this.#trade = trade
  }

  /** Lives the trade until nothing is left to happen or the time is up; `closeAtMs` asks it to close. */
  run(endMs: number, closeAtMs: number): HostileRun {
    this.#at(closeAtMs, () => this.#learn({ is: 'close', reason: 'test' }))
    this.#decide()
    while (this.#queue.length > 0) {
      this.#queue.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.#queue.shift()!
      if (next.at > endMs) break
      this.#now = next.at
      next.run()
    }
    const { long, short } = this.#positions
    return {
      trade: this.#trade,
      positions: { long, short },
      complaints: this.#complaints,
      endedMs: this.#now,
      log: this.#log,
    }
  }

  #at(delayMs: number, run: () => void): void {
    this.#ticket += 1
    this.#queue.push({ at: this.#now + delayMs, order: this.#ticket, run })
  }

  #chance(p: number): boolean {
    return this.#random.next() < p
  }

  #delay(): number {
    return this.#chance(0.1) ? this.#random.integer(50, 700) : this.#random.integer(1, 20)
  }

  #learn(fact: Fact): void {
    this.#log.push(`${this.#now} ${JSON.stringify(fact)}`)
    this.#trade = apply(this.#trade, fact)
    this.#decide()
  }

  #decide(): void {
    for (let round = 0; round < 20; round += 1) {
      const { actions, againMs } = decide(this.#trade, this.#now)
      if (actions.length === 0) {
        if (againMs === null) return
        this.#wake += 1
        const wake = this.#wake
        this.#at(Math.max(0, againMs - this.#now), () => {
          if (wake === this.#wake) this.#decide()
        })
        return
      }
      for (const action of actions) this.#perform(action)
    }
    throw new Error('decides in circles')
  }

  #perform(action: Action): void {
    this.#log.push(`${this.#now} > ${JSON.stringify(action)}`)
    const now = this.#now
    if (action.do === 'submit') {
      for (const order of action.orders) {
        this.#trade = apply(this.#trade, { is: 'sent', order, atMs: now, venueTimestampMs: now })
        this.#submit(order)
      }
    } else if (action.do === 'cancel') {
      this.#trade = apply(this.#trade, { is: 'cancelAsked', clientId: action.clientId, atMs: now })
      this.#cancel(action.clientId)
    } else if (action.do === 'inquire') {
      this.#trade = apply(this.#trade, { is: 'inquired', clientId: action.clientId, atMs: now })
      this.#inquire(action.clientId)
    } else if (action.do === 'fail') {
      this.#trade = apply(this.#trade, { is: 'failed', reason: action.reason, dueMs: action.dueMs })
    } else {
      this.#trade = apply(this.#trade, { is: 'halted', reason: action.reason })
    }
  }

  #submit(order: NewOrder): void {
    const { clientId } = order
    const atMs = (): number => this.#now
    const lose = (): void => this.#at(1000, () => this.#learn({ is: 'lost', clientId, atMs: atMs() }))
    if (this.#orders.has(clientId)) this.#complaints.push(`${clientId} was sent twice`)
    if (this.#chance(this.#chances.lostRequest)) return lose()
    this.#at(this.#delay(), () => {
      const limited = this.#chance(this.#chances.rateLimited)
      if (limited || this.#chance(this.#chances.refused)) {
        const retryAtMs = limited ? this.#now + 100 : null
        return this.#at(this.#delay(), () =>
          this.#learn({ is: 'refused', clientId, code: limited ? 10006 : 110007, atMs: atMs(), retryAtMs }),
        )
      }
      this.#accept(order)
      if (this.#chance(this.#chances.lostReply)) return lose()
      return this.#at(this.#delay(), () => this.#learn({ is: 'acknowledged', clientId, atMs: atMs() }))
    })
  }

  #accept(order: NewOrder): void {
    const held = this.#positions[order.leg]
    if (order.reduceOnly && !order.closeAll && order.lots > held) {
      this.#complaints.push(`${order.clientId} reduces ${order.lots} of ${held} held`)
    }
    const known: Order = { order, filled: 0, open: true, fills: [] }
    this.#orders.set(order.clientId, known)
    const want = order.closeAll ? held : order.lots
    if (this.#chance(this.#chances.never)) return this.#maybeEnd(known)
    const pieces = this.#chance(this.#chances.partial) ? this.#random.integer(1, 4) : 1
    const give = pieces === 1 ? want : this.#random.integer(1, want)
    for (let piece = 0; piece < pieces; piece += 1) {
      const lots = piece === pieces - 1 ? give - Math.floor(give / pieces) * (pieces - 1) : Math.floor(give / pieces)
      // An IOC order matches at once or never; a resting one over time.
      if (order.timeInForce === 'ioc') this.#fill(known, lots)
      else this.#at(piece === 0 ? 0 : this.#delay() * piece, () => this.#fill(known, lots))
    }
    this.#maybeEnd(known)
  }

  #maybeEnd(known: Order): void {
    if (known.order.timeInForce === 'ioc') this.#end(known)
  }

  #fill(known: Order, lots: number): void {
    if (!known.open || lots <= 0) return
    const { order } = known
    known.filled += lots
    const execId = `${order.clientId}/${known.fills.length}`
    known.fills.push({ execId, lots })
    this.#positions[order.leg] += order.reduceOnly ? -lots : lots
    if (this.#positions[order.leg] < 0) this.#complaints.push(`${order.leg} leg driven below zero`)
    this.#tell(() => this.#learnFill(order.clientId, execId, lots))
    if (!order.closeAll && known.filled >= order.lots) this.#end(known)
  }

  #end(known: Order): void {
    if (!known.open) return
    known.open = false
    const { filled } = known
    const { clientId } = known.order
    this.#tell(() => this.#learn({ is: 'row', clientId, filledLots: filled, ended: true, atMs: this.#now }))
  }

  #learnFill(clientId: string, execId: string, lots: number): void {
    const fill = { execId, lots, priceTicks: 1000, feeUsd: 0.01, venueMs: this.#now }
    this.#learn({ is: 'fill', clientId, fill, atMs: this.#now })
  }

  /** The private stream: may withhold, repeat, delay. */
  #tell(row: () => void): void {
    if (this.#chance(this.#chances.withheldRow)) return
    this.#at(this.#delay(), row)
    if (this.#chance(this.#chances.repeatedRow)) this.#at(this.#delay() * 3, row)
  }

  #cancel(clientId: string): void {
    this.#at(this.#delay(), () => {
      const known = this.#orders.get(clientId)
      const answer = known?.open === true ? 'done' : 'refused'
      if (known?.open === true) this.#end(known)
      const lost = this.#chance(this.#chances.lostReply)
      this.#at(this.#delay(), () => this.#learn({ is: 'cancelAnswered', clientId, answer: lost ? 'unknown' : answer }))
    })
  }

  #inquire(clientId: string): void {
    const askedVenueMs = this.#now
    this.#at(this.#delay(), () => {
      const failed = this.#chance(this.#chances.failedRead)
      const known = this.#orders.get(clientId)
      const snapshot =
        known === undefined ? null : { fills: [...known.fills], filled: known.filled, ended: !known.open }
      this.#at(this.#delay(), () => {
        this.#trade = apply(this.#trade, { is: 'inquiryAnswered', clientId })
        if (failed) return this.#decide()
        if (snapshot === null) return this.#learn({ is: 'notFound', clientId, askedVenueMs, atMs: this.#now })
        for (const { execId, lots } of snapshot.fills) this.#learnFill(clientId, execId, lots)
        const { filled, ended } = snapshot
        return this.#learn({ is: 'row', clientId, filledLots: filled, ended, atMs: this.#now })
      })
    })
  }
}
