/**
 * Ways real executors have failed: each with the test that covers it and a mutant that this test kills. Held by
 * known-failures.test.ts, shown in FAILURES.md.
 */

export interface KnownFailure {
  /** As it is told of executors. */
  readonly failure: string
  /** In `src/simulation`. */
  readonly file: string
  /** The test's title up to its colon, or all of it. */
  readonly title: string
  /** Names in MUTANTS.md: the test fails with each. */
  readonly mutants: readonly string[]
}

const LEGS = 'failures-legs.test.ts'
const STREAMS = 'failures-streams.test.ts'
const VENUE = 'failures-venue.test.ts'

function row(failure: string, file: string, title: string, ...mutants: string[]): KnownFailure {
  return { failure, file, title, mutants }
}

const WITHHELD = 'a stream that keeps its heartbeat but withholds fills'

export const KNOWN_FAILURES: readonly KnownFailure[] = [
  row('legs sent one after the other', LEGS, 'legs sent one after the other', 'legs sent one after the other'),
  row(
    "first leg's error leaves the second orphaned",
    LEGS,
    "the first leg's error leaves the second orphaned",
    'first error orphans the second leg',
  ),
  row(
    'over-hedge because a partial fill on the cancelled leg was not read',
    LEGS,
    'over-hedge because a partial fill on the cancelled leg was not read',
    'over-hedge after a partial fill',
    'order row without its fills',
  ),
  row(
    'hedge sent twice because verification failed',
    LEGS,
    'hedge sent twice because verification failed',
    'hedge sent twice',
  ),
  row(
    'emergency close that re-sends the full size and flips the position',
    LEGS,
    'emergency close that re-sends the full size and flips the position',
    'close of the full size',
  ),
  row(
    'emergency close sent again in full because its reply was lost',
    LEGS,
    'emergency close sent again in full because its reply was lost',
    'unwind sent twice',
  ),
  row(
    'emergency close that reports success unfilled',
    LEGS,
    'emergency close that reports success unfilled',
    'close done on acknowledgement',
  ),
  row('partials abandoned at timeout', LEGS, 'partials abandoned at timeout', 'partials abandoned at timeout'),
  row(
    'a fill between the last poll and the cancel',
    LEGS,
    'a fill between the last poll and the cancel',
    'fill after the cancel lost',
  ),
  row(
    'a quantity step that failed to load and defaulted',
    VENUE,
    'a quantity step that failed to load and defaulted',
    'filters that did not load defaulted',
  ),
  row('remainder below minimum', VENUE, 'remainder below minimum', 'remainder below minimum ignored'),
  row('exit orders filled on one side only', LEGS, 'exit orders filled on one side only', 'exit on one side only'),
  row(
    'a timeout measured in the wrong unit',
    VENUE,
    'a timeout measured in the wrong unit',
    'timeout in seconds',
    'timeout in microseconds',
  ),
  row(
    'cancel refused with "does not exist" because it filled',
    LEGS,
    'cancel refused with "does not exist" because it filled',
    '"does not exist" taken as cancelled',
  ),
  ...['all', 'one leg, rows as well'].map((part) =>
    row(
      `${WITHHELD} (${part})`,
      STREAMS,
      `${WITHHELD} (${part})`,
      'cancel believed unseen',
      'answers of questions thrown away',
    ),
  ),
  ...['some', 'one leg'].map((part) =>
    row(
      `${WITHHELD} (${part})`,
      STREAMS,
      `${WITHHELD} (${part})`,
      'withheld fills never asked for',
      'claimed lots not kept',
    ),
  ),
  row('duplicate order/execution rows', STREAMS, 'duplicate order and execution rows', 'duplicate fills booked again'),
  row(
    'out-of-order order/execution rows',
    STREAMS,
    'out-of-order order and execution rows',
    'late row reopens the order',
    'only the first fill of an order',
  ),
  row(
    'execution before acknowledgement',
    STREAMS,
    'execution before acknowledgement',
    'execution before the acknowledgement dropped',
  ),
  row(
    'order missing from `realtime` for a while after placing',
    STREAMS,
    'order missing from realtime for a while after placing',
    'absent because not in realtime',
  ),
  row(
    '10006 in the middle of an unwind',
    VENUE,
    '10006 in the middle of an unwind',
    'rate limit gives up the unwind',
    'rate limit not waited for',
    'limited attempts counted',
  ),
  row(
    'IP ban in the middle of an unwind',
    VENUE,
    'IP ban in the middle of an unwind',
    'ban in unwind ignored',
    'ban not noticed',
  ),
  row('clock 1.5 s ahead', VENUE, 'a clock 1.5 s ahead, or behind', 'clock skew not corrected'),
  row(
    'instrument goes reduce-only',
    VENUE,
    'instrument goes reduce-only',
    'refused retries not counted',
    'partials abandoned at timeout',
  ),
  row(
    'insufficient balance on the second leg',
    VENUE,
    'insufficient balance on the second leg',
    'dead leg not noticed',
    'first error orphans the second leg',
  ),
  row('self-match', VENUE, 'self-match', 'self-match not prevented'),
]
