/**
 * Faults of orders by socket at the venue's door: an admitted order meets its verdict before the core does, its answer
 * meets one before the client does, as over REST.
 *
 *   admitted ─► fate (faults/rest-fate.ts) ─► core ─► fate ─► frame, half of it, a reset, or nothing
 *
 * The socket itself and its other frames are `disturbed-streams.ts`'s. An answer that is late holds nothing else up: answers
 * are told apart by their `reqId`.
 */
import { createsIn, mayDisturb, rememberIds, teachesIds } from '../faults/batch.ts'
import { factsOfOrder, restOpOf, signedMsOf } from '../faults/facts.ts'
import type { FaultGate, JudgedOp } from '../faults/gate.ts'
import { type Answer, disturb } from '../faults/rest-fate.ts'
import type { Clock } from '../seams/clock.ts'
import type { AdmittedOrder, TradeFaults } from './trade-admission.ts'

export function createTradeFaults(gate: FaultGate, clock: Clock): TradeFaults {
  return {
    carry(order) {
      const op = restOpOf(order.path)
      const bodyText = JSON.stringify(order.params)
      for (const created of createsIn(op, bodyText)) gate.createSent(created)
      if (mayDisturb(gate, 'trade', op, clock.nowUs()) || teachesIds(gate, op)) void settle(order, op, bodyText)
      else order.pass()
    },
  }

  async function settle(order: AdmittedOrder, op: JudgedOp, bodyText: string): Promise<void> {
    const fate = await disturb({
      op,
      facts: factsOfOrder(op, order.params),
      gate,
      clock,
      signedMs: signedMsOf(order.timestamp || undefined),
      bodyText,
      speaks: {
        request: 'trade-request',
        reply: 'trade-reply',
        answer: (told) => frameOf(order.refusal(told)),
      },
      hasGivenUp: () => !order.isOpen(),
      send: (changed) => Promise.resolve(frameOf(order.send(changed))),
    })
    if (fate.do === 'reset') order.reset()
    else if (fate.do === 'answer') order.tell(fate.answer.text)
    else if (fate.do === 'pass' && order.isOpen()) {
      if (!teachesIds(gate, op)) return order.pass()
      const text = order.send(null)
      rememberIds(gate, op, bodyText, text)
      order.tell(text)
    }
  }
}

/** A frame has neither status nor headers of its own. */
function frameOf(text: string): Answer {
  return { status: 200, headers: {}, text }
}
