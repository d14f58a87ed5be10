/**
 * The part of a world that its sockets keep to: how many connections and frames the venue takes from whom, and how
 * private rows are put into frames.
 */
import { z } from 'zod'

const bound = z.number().int().min(1).max(1_000_000)

/** Of one address, on one listener. Source: facts §9. */
export const connections = z.strictObject({
  /** New stream connections in any 5 minutes, all streams together. */
  newPer5Min: bound.default(500),
  /** Connections to the public stream held at once. */
  marketDataPerAddress: bound.default(1000),
})

/** Requests on trade sockets in any second. */
export const tradeSocket = z.strictObject({
  /** Of one address; one more is refused with 10403 (facts §8.2). */
  perAddress: bound.default(3000),
  /** Of one socket; one more is refused with 20003. The venue names no number. */
  perSession: bound.default(1000),
  /** Of everybody; one more is refused with 10429. Null: no bound. The venue names no number. */
  system: bound.nullable().default(null),
})

/** How private rows become frames; what a client must be able to live with (facts §7.1, §7.6). */
export const privateRows = z.strictObject({
  /** Frames of `New` orders and of positions come twice, each time with an id of its own. */
  repeated: z.boolean().default(false),
  /** Rows in one frame; null: everything of one moment and topic. */
  perFrameMax: bound.nullable().default(null),
})

/** As the venue documents itself. */
export const SHELL_DEFAULTS = {
  connections: connections.parse({}),
  tradeSocket: tradeSocket.parse({}),
  privateRows: privateRows.parse({}),
}
