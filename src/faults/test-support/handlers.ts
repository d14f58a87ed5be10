/** Handlers as a user would write them for FAULT_HANDLERS: one answers, one only looks and lets the plan decide. */
import { HttpResponse, http } from 'msw'

export default [
  http.get('*/v5/market/time', () => HttpResponse.json({ retCode: 10016, retMsg: 'handler', result: {} })),
  http.post('*/v5/order/create', () => undefined),
]
