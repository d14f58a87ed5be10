/**
 * A random session against a served venue: accounts that trade by every road there is, witnesses that read every stream
 * to the end, visitors that come and go. All that arrives is inspected; time is the test's, so the venue is never idle.
 *
 *   step: one request ─► answer inspected ─► some venue time passes ─► frames arrive ─► inspected, rules held
 */
import { type Random, seededRandom } from '../../../seams/random.ts'
import { sign } from '../../auth.ts'
import type { RunningExchange } from '../../shell.ts'
import type { World } from '../../world.ts'
import { authFrame, type ManualClock, signedHeaders } from '../clients.ts'
import { type AccountRules, createAccountRules } from './account-rules.ts'
import { type BookRules, createBookRules } from './book-rules.ts'
import { createInspector, type Inspector, type Message } from './inspector.ts'
import { badRequest, type Ground, pick, type Request, readRequests, settingsRequest, tradeRequest } from './requests.ts'
import { connect, createCaller, type Socket } from './wires.ts'

const DEPTHS = [1, 50, 200, 1000] as const
const SWITCH_MODE = '/v5/position/switch-mode'
const PRIVATE_TOPICS = ['order', 'execution', 'position', 'wallet']

interface Trader {
  readonly accountId: string
  readonly key: string
  readonly secret: string
  readonly restUrl: string
  readonly rules: AccountRules
  readonly witness: Socket
  /** Null where the persona has no trade socket. */
  readonly trade: Socket | null
  readonly hedged: Set<string>
}

export class Session {
  readonly inspector: Inspector = createInspector()
  readonly #exchange: RunningExchange
  readonly #clock: ManualClock
  readonly #world: World
  readonly #random: Random
  readonly #wires = createCaller()
  readonly #books: BookRules = createBookRules(this.inspector.complain)
  readonly #traders: Trader[] = []
  readonly #visitors: Socket[] = []
  #public: Socket | null = null
  #links = 0
  #reads = 0

  constructor(exchange: RunningExchange, world: World, clock: ManualClock, seed: string) {
    this.#exchange = exchange
    this.#world = world
    this.#clock = clock
    this.#random = seededRandom(seed)
  }

  get frames(): number {
    let sum = 0
    for (const [kind, count] of this.inspector.counts) if (/^(?:public|private|trade) /.test(kind)) sum += count
    return sum
  }

  async open(): Promise<void> {
    const { inspector } = this
    this.#public = await connect(this.#exchange.publicUrl, (frame) => {
      inspector.publicFrame(frame)
      this.#books.frame(frame)
    })
    this.#public.send({ op: 'subscribe', args: this.#allTopics() })
    for (const account of this.#world.accounts) {
      const persona = account.environment === 'demo' ? 'demo' : 'mainnet-like'
      const listener = this.#exchange.listeners.find((each) => each.persona === persona)!
      const rules = createAccountRules(inspector.complain)
      const witness = await connect(listener.privateUrl, (frame) => {
        inspector.privateFrame(frame)
        rules.frame(frame)
      })
      const { accountId, apiKey: key, apiSecret: secret } = account
      const extra = persona === 'demo' ? [] : ['execution.fast']
      witness.send(authFrame(this.#clock.wallMs() + 5_000, key, secret))
      witness.send({ op: 'subscribe', args: [...PRIVATE_TOPICS, ...extra], req_id: 'witness' })
      const trade = persona === 'demo' ? null : await connect(listener.tradeUrl, inspector.tradeFrame)
      trade?.send(authFrame(this.#clock.wallMs() + 5_000, key, secret))
      this.#traders.push({
        accountId,
        key,
        secret,
        restUrl: listener.restUrl,
        rules,
        witness,
        trade,
        hedged: new Set(account.positionMode === 3 ? this.#symbols() : []),
      })
    }
    for (const trader of this.#traders) {
      for (const symbol of this.#symbols()) {
        const params = { category: 'linear', symbol, mode: trader.hedged.has(symbol) ? 0 : 3 }
        if (this.#random.next() < 0.5) await this.#rest(trader, { method: 'POST', path: SWITCH_MODE, params })
      }
    }
    await this.drain()
  }

  /** One thing somebody does, and some of the venue's time. */
  async step(): Promise<void> {
    const random = this.#random
    const trader = pick(random, this.#traders as [Trader, ...Trader[]])
    const draw = random.next()
    const ground = this.#ground(trader)
    if (draw < 0.5) await this.#rest(trader, tradeRequest(ground))
    else if (draw < 0.64) this.#overSocket(trader, tradeRequest(ground))
    else if (draw < 0.88) await this.#rest(trader, this.#nextRead())
    else if (draw < 0.91) await this.#rest(trader, settingsRequest(ground))
    else if (draw < 0.95) await this.#rest(trader, badRequest(ground))
    else await this.#visit(trader)
    this.#clock.pass(random.integer(1, 30))
    if (random.next() < 0.05) await this.drain()
  }

  /** The market stands still, everything is read, and what the streams said is what REST says. */
  async settle(): Promise<void> {
    for (const symbol of this.#symbols()) await this.#hold(symbol, true)
    this.#clock.pass(2_000)
    await this.drain()
    for (const symbol of this.#symbols()) await this.#compareBooks(symbol)
    for (const trader of this.#traders) {
      const rows: Message[] = []
      for (const symbol of this.#symbols()) {
        const answer = await this.#rest(trader, this.#read('/v5/position/list', { category: 'linear', symbol }))
        rows.push(...((answer['result'] as { list?: readonly Message[] }).list ?? []))
      }
      await this.drain()
      trader.rules.settle(rows)
    }
    for (const symbol of this.#symbols()) await this.#hold(symbol, false)
  }

  async close(): Promise<void> {
    await this.drain()
    for (const { wire } of this.#sockets()) wire.terminate()
    this.#wires.close()
  }

  async drain(): Promise<void> {
    await Promise.all(this.#sockets().map((socket) => socket.drained()))
  }

  #sockets(): Socket[] {
    const own = this.#traders.flatMap(({ witness, trade }) => (trade === null ? [witness] : [witness, trade]))
    return [...(this.#public === null ? [] : [this.#public]), ...own, ...this.#visitors]
  }

  #symbols(): string[] {
    return this.#world.instruments.map((each) => each.symbol)
  }

  #allTopics(): string[] {
    const kinds = [...DEPTHS.map((depth) => `orderbook.${depth}`), 'tickers', 'publicTrade', 'priceLimit']
    return this.#symbols().flatMap((symbol) => kinds.map((kind) => `${kind}.${symbol}`))
  }

  async #hold(symbol: string, on: boolean): Promise<void> {
    const body = JSON.stringify({ do: 'hold', symbol, on })
    const { status, text } = await this.#wires.call(
      `${this.#exchange.adminUrl}/control`,
      { method: 'POST', headers: {} },
      body,
    )
    if (status !== 200) throw new Error(`hold ${symbol}: ${text}`)
  }

  #ground(trader: Trader): Ground {
    const instrument = pick(this.#random, this.#world.instruments as [World['instruments'][0]])
    const { symbol, tickSize, qtyStep, market } = instrument
    const best = this.#books.levels(`orderbook.1.${symbol}`, 1)
    const open = [...trader.rules.orders.values()].filter((row) => row['symbol'] === symbol).slice(-20)
    const decimals = (text: string): number => text.split('.')[1]?.length ?? 0
    return {
      random: this.#random,
      symbol,
      isHedge: trader.hedged.has(symbol),
      bid: Number(best?.b[0]?.[0] ?? market.midPrice),
      ask: Number(best?.a[0]?.[0] ?? market.midPrice),
      tick: Number(tickSize),
      lot: Number(qtyStep),
      decimals: { price: decimals(tickSize), size: decimals(qtyStep) },
      openIds: open
        .filter((row) => /New|Partially|Untriggered/.test(String(row['orderStatus'])))
        .map((row) => String(row['orderId'])),
      newLinkId: () => {
        this.#links += 1
        return `s-${this.#links}`
      },
    }
  }

  /** Every list in turn, so that none is left out. */
  #nextRead(): Request {
    const reads = readRequests(pick(this.#random, this.#symbols() as [string]))
    this.#reads += 1
    return reads[this.#reads % reads.length]!
  }

  #read(path: string, params: Message): Request {
    return { method: 'GET', path, params }
  }

  async #rest(trader: Trader, asked: Request): Promise<Message> {
    const query = asked.method === 'GET' ? new URLSearchParams(asked.params as Record<string, string>).toString() : ''
    const body = asked.method === 'GET' ? '' : JSON.stringify(asked.params)
    const { key, secret } = trader
    const headers = signedHeaders(query + body, { timestampMs: this.#clock.wallMs(), key, secret })
    const url = `${trader.restUrl}${asked.path}${query === '' ? '' : `?${query}`}`
    const { status, text, headers: told } = await this.#wires.call(url, { method: asked.method, headers }, body)
    if (status !== 200) {
      this.inspector.complain(`${asked.path}: HTTP ${status}`, [asked, text])
      return {}
    }
    const answer = JSON.parse(text) as Message
    this.inspector.rest(asked.path, answer)
    // On every response (facts §3.0).
    for (const name of ['x-bapi-limit', 'x-bapi-limit-status', 'x-bapi-limit-reset-timestamp']) {
      if (!/^\d+$/.test(String(told[name]))) this.inspector.complain(`${asked.path}: no ${name}`, told)
    }
    if (asked.path === SWITCH_MODE && answer['retCode'] === 0) {
      const symbol = String(asked.params['symbol'])
      if (asked.params['mode'] === 3) trader.hedged.add(symbol)
      else trader.hedged.delete(symbol)
    }
    return answer
  }

  /** The same request on the trade socket, if there is one for it. */
  #overSocket({ trade }: Trader, asked: Request): void {
    const draw = this.#random.next()
    const op = draw < 0.04 ? 'order.nothing' : asked.path.replace('/v5/', '').replace('/', '.')
    const reqId = draw < 0.5 ? { reqId: draw < 0.1 ? 'again' : `r${this.#links}-${draw}`.slice(0, 30) } : {}
    const header = { 'X-BAPI-TIMESTAMP': String(this.#clock.wallMs()), 'X-BAPI-RECV-WINDOW': '5000' }
    if (trade !== null) trade.send({ ...reqId, op, header, args: [asked.params] })
  }

  /** Sockets that come, ask for this and that, and go. */
  async #visit(trader: Trader): Promise<void> {
    const random = this.#random
    if (this.#visitors.length < 3 || random.next() < 0.15) {
      const gone = this.#visitors.length >= 3 ? this.#visitors.shift() : undefined
      gone?.wire.terminate()
      const isPublic = random.next() < 0.7
      const { publicFrame, privateFrame } = this.inspector
      const url = isPublic ? this.#exchange.publicUrl : this.#exchange.privateUrl
      const socket = await connect(url, isPublic ? publicFrame : privateFrame)
      if (!isPublic) socket.send(this.#login(trader, random.next() < 0.2))
      this.#visitors.push(socket)
    }
    const socket = pick(random, this.#visitors as [Socket])
    const isPublic = socket.wire.url.endsWith('linear')
    const topics = isPublic ? this.#allTopics() : [...PRIVATE_TOPICS, 'order.linear', 'position.linear']
    const args = Array.from({ length: random.integer(1, 4) }, () => pick(random, topics as [string]))
    if (random.next() < 0.1) args.push('orderbook.500.BTCUSDT')
    const reqId = random.next() < 0.5 ? { req_id: `v${random.integer(1, 99)}` } : {}
    socket.send({ op: random.next() < 0.75 ? 'subscribe' : 'unsubscribe', args, ...reqId })
    if (random.next() < 0.1) socket.send({ op: 'dance', ...reqId })
  }

  #login({ key, secret }: Trader, isWrong: boolean): object {
    const expires = this.#clock.wallMs() + 5_000
    const signature = isWrong ? 'no' : sign(secret, `GET/realtime${expires}`)
    return { op: 'auth', args: [key, expires, signature], req_id: 'visitor' }
  }

  async #compareBooks(symbol: string): Promise<void> {
    const params = { category: 'linear', symbol, limit: '1000' }
    const answer = await this.#rest(this.#traders[0]!, this.#read('/v5/market/orderbook', params))
    const { a, b } = answer['result'] as { readonly a: readonly string[][]; readonly b: readonly string[][] }
    for (const depth of DEPTHS) {
      const held = this.#books.levels(`orderbook.${depth}.${symbol}`, depth)
      const rest = { b: b.slice(0, depth), a: a.slice(0, depth) }
      if (JSON.stringify(held) !== JSON.stringify(rest)) {
        this.inspector.complain(`orderbook.${depth}: the stream's book is not REST's`, { symbol, held, rest })
      }
    }
  }
}
