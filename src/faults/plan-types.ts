/**
 * A fault plan is data. Circumstances (thin book, slow matching) belong to the world; disturbances belong here.
 */
export type FaultParty = 'rest-request' | 'rest-reply' | 'public-stream' | 'private-stream'

/** REST operations by the venue's path; stream operations by topic, or the connection itself. */
export type FaultOp =
  | 'create'
  | 'amend'
  | 'cancel'
  | 'cancel-all'
  | 'realtime'
  | 'history'
  | 'executions'
  | 'positions'
  | 'time'
  | 'any'
  | 'connect'
  | 'order'
  | 'execution'
  | 'position'
  | 'wallet'
  | 'orderbook'
  | 'tickers'
  | 'pong'
  | 'any-frame'
  /** Streams: the established socket itself, acted on when `when` comes true rather than on a frame. */
  | 'socket'

export type FaultVerdict =
  | { readonly do: 'delay'; readonly ms: number }
  /** request: never arrives. reply: done at the venue, its answer lost. stream frame: withheld. */
  | { readonly do: 'drop' }
  /** request or reply: ECONNRESET. socket: TCP reset. connect: reset during the handshake. */
  | { readonly do: 'reset' }
  /** socket: a clean close frame. */
  | { readonly do: 'close'; readonly code: number }
  /** socket: half-open from now on: nothing arrives any more, and nothing says so. */
  | { readonly do: 'silence' }
  | { readonly do: 'duplicate' }
  /** stream: held back until the next frame of that topic has passed. */
  | { readonly do: 'reorder' }
  /** request: the venue never sees it; the client gets this status and body. */
  | { readonly do: 'http'; readonly status: number; readonly body?: string }
  /** request: the venue never sees it; the client gets this refusal. reply: the venue did it, the client is told this. */
  | { readonly do: 'retCode'; readonly code: number; readonly message: string }
  | { readonly do: 'rate-limit'; readonly resetMs: number }
  | { readonly do: 'malformed' }
  /** create request: forwarded with another price (bps away from the one sent, minus = further from the market). */
  | { readonly do: 'reprice'; readonly bps: number }
  /** create request: forwarded with a smaller quantity, a fraction of the one sent, rounded down to the lot. */
  | { readonly do: 'shrink'; readonly fraction: number }

export interface Fault {
  readonly name: string
  readonly party: FaultParty
  readonly op: FaultOp
  readonly symbol?: string
  /** Judged by `positionIdx` of the order (and remembered by client order id for cancels and queries). */
  readonly leg?: 'long' | 'short'
  readonly reduceOnly?: boolean
  /** Matching occurrences to let pass first. Default 0. */
  readonly skip?: number
  /** How many matching occurrences to disturb. Default 1; null = every one. */
  readonly times?: number | null
  /** Only between these moments, ms since the mount. */
  readonly windowMs?: { readonly from: number; readonly to: number }
  /** Only once so many create requests have been seen; for stream parties in the strategy thread, and REST. */
  readonly afterCreates?: number
  readonly verdict: FaultVerdict
}

export interface FaultPlan {
  readonly faults: readonly Fault[]
}
