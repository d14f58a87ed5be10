/**
 * A fault plan is data. Circumstances (thin book, slow matching) belong to the world; disturbances belong here.
 *
 *   runtime ──rest-request──► venue        one plan, judged by one gate per thread (gate.ts),
 *   runtime ◄──rest-reply──── venue        applied by the mount that owns the socket:
 *   runtime ◄─public-stream── venue        rest-mount.ts, stream-mount.ts
 *   runtime ◄private-stream── venue        in the mock venue's own shell: exchange/disturbed-*.ts
 *
 * What a party, an operation and a verdict may be combined to is a table: plan-table.ts.
 */
import type { Side } from '../domain/order.ts'

export type FaultParty =
  | 'rest-request'
  | 'rest-reply'
  | 'public-stream'
  | 'private-stream'
  /** An order sent by socket (`/v5/trade`), its answer, and that socket itself: only at the venue's door. */
  | 'trade-request'
  | 'trade-reply'
  | 'trade-stream'
  /** The disturbed process itself, and its wall clock: only where the plan is mounted in one. */
  | 'process'
  | 'clock'

/** REST operations by the venue's path; stream operations by topic, or the connection itself. */
export type FaultOp =
  | 'create'
  | 'amend'
  | 'cancel'
  | 'cancel-all'
  /** A batch as a whole, and each of its orders, judged as if it had been sent alone. */
  | 'create-batch'
  | 'amend-batch'
  | 'cancel-batch'
  | 'create-in-batch'
  | 'amend-in-batch'
  | 'cancel-in-batch'
  | 'realtime'
  | 'history'
  | 'executions'
  | 'positions'
  /** The balance; of a private stream, its frames. */
  | 'wallet'
  /** The account's log of what changed the balance. */
  | 'transactions'
  | 'time'
  | 'any'
  | 'connect'
  | 'order'
  | 'execution'
  | 'position'
  | 'orderbook'
  | 'tickers'
  /** The answer to a ping, as a JSON frame or as a control frame. */
  | 'pong'
  /** The answer to an auth or a subscribe frame. */
  | 'ack'
  | 'any-frame'
  /** Streams: the established socket itself, acted on when `when` comes true rather than on a frame. */
  | 'socket'
  /** The whole of a party that has no parts. */
  | 'process'
  | 'clock'

export type FaultVerdict =
  /**
   * request: arrives that much later, with its original timestamp, even when the client has given up by then.
   * reply: done at the venue, told later. frame: holds back everything behind it, as a wire does.
   */
  | { readonly do: 'delay'; readonly ms: number }
  /** request: never arrives. reply: done at the venue, its answer lost. stream frame: withheld. */
  | { readonly do: 'drop' }
  /** request or reply: ECONNRESET. socket: TCP reset. connect: reset during the handshake. */
  | { readonly do: 'reset' }
  /** process: SIGKILL, now. */
  | { readonly do: 'kill' }
  /** process: its main thread stands still so long, as under a long garbage collection. */
  | { readonly do: 'pause'; readonly ms: number }
  /** clock: wall time is so much ahead (minus: behind) until the end of `windowMs`, for good without one. */
  | { readonly do: 'skew'; readonly ms: number }
  /** socket: a clean close frame. */
  | { readonly do: 'close'; readonly code: number }
  /** socket: half-open from now on: nothing arrives any more, and nothing says so. */
  | { readonly do: 'silence' }
  /** request: arrives twice, the client gets the first answer. reply: the same, but gets the second. frame: twice. */
  | { readonly do: 'duplicate' }
  /** stream: held back until the next frame of that topic has passed. */
  | { readonly do: 'reorder' }
  /**
   * request: the venue never sees it; the client gets this status and body. reply: the venue did it, the client gets
   * this. connect: the handshake is answered with this status.
   */
  | { readonly do: 'http'; readonly status: number; readonly body?: string }
  /**
   * request: the venue never sees it; the client gets this refusal. reply: the venue did it, the client is told this.
   * An order in a batch: the others go on, and this one's place in the answer says so.
   */
  | { readonly do: 'retCode'; readonly code: number; readonly message: string }
  /** request: the venue never sees it; the client gets 10006 and a reset header so far ahead. */
  | { readonly do: 'rate-limit'; readonly resetMs: number }
  /** What arrives is this text instead. request: the venue never sees it. reply: the venue did it. frame: sent in its place. */
  | { readonly do: 'replace'; readonly text: string }
  /** reply: the venue did it, and its answer's body trickles in, a piece at a time, over so long. */
  | { readonly do: 'slow-drip'; readonly ms: number }
  /** What arrives is cut in half. request: the venue never sees it. reply: the venue did it. */
  | { readonly do: 'malformed' }
  /**
   * create request: forwarded with another price (bps away from the one sent, minus = further from the market), rounded
   * away from the market to `tick` (decimal text; default one unit of the last decimal sent), and signed anew.
   */
  | { readonly do: 'reprice'; readonly bps: number; readonly tick?: string }
  /**
   * create request: forwarded with a smaller quantity, a fraction of the one sent, rounded down to `lot` (decimal text;
   * default one unit of the last decimal sent) but never below one lot, and signed anew.
   */
  | { readonly do: 'shrink'; readonly fraction: number; readonly lot?: string }

export interface Fault {
  readonly name: string
  readonly party: FaultParty
  readonly op: FaultOp
  readonly symbol?: string
  /** Judged by `positionIdx` of the order, and remembered by both its ids for cancels, amends and queries. */
  readonly leg?: 'long' | 'short'
  /** The order's side, as it is sent and as it is told; remembered like the leg. */
  readonly side?: Side
  readonly reduceOnly?: boolean
  /**
   * Matching occurrences to let pass first. Default 0. What happens outside `windowMs` or before `afterCreates` is no
   * occurrence; what an earlier fault of the plan disturbs is one. For `socket` an occurrence is a connection.
   */
  readonly skip?: number
  /** How many matching occurrences to disturb. Default 1; null = every one. */
  readonly times?: number | null
  /** Each occurrence that is due is disturbed with this probability only, above 0 and below 1. */
  readonly chance?: number
  /** What `chance` is drawn from: the same seed disturbs the same occurrences. Default: the fault's name. */
  readonly seed?: number | string
  /** Only between these moments, ms since the mount (of the process: the same moment in every thread). */
  readonly windowMs?: { readonly from: number; readonly to: number }
  /**
   * Only from the moment the so-many-th create request is sent (that one included); each order of a batch counts. Counted
   * in the strategy thread, so not for the public stream, whose socket may be another thread's.
   */
  readonly afterCreates?: number
  /** `socket` only: not before it has been open for so long, ms. However long the process took to start. */
  readonly socketAgeMs?: number
  readonly verdict: FaultVerdict
}

export interface FaultPlan {
  /** One sentence: what goes wrong. */
  readonly about?: string
  /** What in the world this imitates. */
  readonly modelledOn?: string
  readonly faults: readonly Fault[]
}
