import { expect, test } from 'vitest'
import type { OrderEvent, OrderStatus } from './order.ts'
import { nextStatus, positionIdxOf, sideOf } from './order.ts'

const STATUSES: readonly OrderStatus[] = ['planned', 'sent', 'live', 'unknown', 'done', 'refused', 'absent']
const EVENTS: readonly OrderEvent[] = ['send', 'acknowledge', 'see-live', 'see-done', 'refuse', 'lose', 'miss']

/** The whole table, written a second time. A dash is a cell that must not exist. */
const TABLE: Readonly<Record<OrderStatus, string>> = {
  //         send  acknowledge see-live see-done refuse  lose    miss
  planned: ' sent  -           -        -        -       -       -',
  sent: '    -     live        live     done     refused unknown -',
  live: '    -     live        live     done     live    live    live',
  unknown: ' -     live        live     done     refused unknown absent',
  done: '    -     done        done     done     done    done    done',
  refused: ' -     -           live     done     refused refused refused',
  absent: '  -     live        live     done     absent  absent  absent',
}

test.each(STATUSES)('from %s every event leads where the table says, and a missing cell throws', (status) => {
  const cells = TABLE[status].trim().split(/\s+/)
  expect(cells).toHaveLength(EVENTS.length)
  for (const [i, event] of EVENTS.entries()) {
    if (cells[i] === '-')
      expect(() => nextStatus(status, event)).toThrow(`order status ${status} has no cell for ${event}`)
    else expect(nextStatus(status, event), `${status} + ${event}`).toBe(cells[i])
  }
})

test('done is final: no event leads back', () => {
  for (const event of EVENTS.filter((each) => each !== 'send')) expect(nextStatus('done', event)).toBe('done')
})

test('an order the venue shows exists, whatever was said before: its books win over its own answer', () => {
  for (const status of ['unknown', 'refused', 'absent'] as const) {
    expect(nextStatus(status, 'see-live')).toBe('live')
    expect(nextStatus(status, 'see-done')).toBe('done')
  }
})

test('a fact told twice changes nothing the second time', () => {
  for (const status of STATUSES) {
    for (const event of EVENTS) {
      let once: OrderStatus
      try {
        once = nextStatus(status, event)
      } catch {
        continue
      }
      // An acknowledgement of a refused order, and a second send, are bugs of ours or the venue's; they throw.
      if (event !== 'send') expect(nextStatus(once, event), `${status} + ${event} twice`).toBe(once)
    }
  }
})

test('only an unknown order can be proved absent', () => {
  const proved = STATUSES.filter((status) => status !== 'absent' && TABLE[status].trim().split(/\s+/)[6] === 'absent')
  expect(proved).toEqual(['unknown'])
})

test.each([
  ['long', false, 'buy'],
  ['short', false, 'sell'],
  ['long', true, 'sell'],
  ['short', true, 'buy'],
] as const)('the %s leg, reducing %s, is a %s', (leg, reduceOnly, side) => {
  expect(sideOf(leg, reduceOnly)).toBe(side)
})

test('hedge mode keeps the long in position 1 and the short in 2, whichever way an order goes', () => {
  expect(positionIdxOf('long')).toBe(1)
  expect(positionIdxOf('short')).toBe(2)
})
