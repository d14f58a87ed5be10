/**
 * Every retCode of facts §8.2, and for those this venue never gives the reason. `codes.test.ts` makes the others.
 */

/** Source: facts §8.2, row by row. -1 and -2015 are legacy names of other codes. */
export const FACTS_CODES: readonly number[] = [
  0, 10000, 10016, 429, 10019, 10001, 10002, -1, 10003, 10004, 10005, 10006, 10007, 33004, -2015, 10008, 10009, 10024,
  10027, 110123, 110124, 110125, 110132, 10010, 10014, 10017, 10018, 10028, 100028, 10029, 10032, 10403, 10404, 10429,
  20003, 20006, 30208, 30209, 30228, 110023, 110042, 110066, 110074, 110063, 110095, 110098, 110103, 40004, 110001,
  110008, 110010, 110003, 110120, 110121, 110004, 110006, 110007, 110012, 110014, 110044, 110045, 110051, 110052,
  110053, 110131, 110005, 110011, 110035, 110039, 110040, 110046, 110009, 110020, 110061, 110013, 110036, 110038,
  110043, 110086, 110087, 110017, 110018, 110019, 110032, 110021, 110022, 110085, 110089, 110090, 110024, 110028,
  110025, 110026, 110027, 110029, 110033, 110034, 110064, 110072, 110073, 110079, 110092, 110093, 110094, 110100,
  110118, 34040,
]

const FAULT = 'a disturbance of the wire, not a circumstance: a fault plan replaces the reply with it'
const OLD_NAME = 'an old name of another code, which is given instead'
const ONE_TEXT = 'the same refusal has a code that was seen live, which is given instead'
const AUCTION = 'settlement, auctions and delivery do not happen to perpetuals here'
const ISOLATED = 'isolated and portfolio margin are not here; every account is in cross margin'

/** Why a code of the table never comes from this venue. */
export const NOT_MADE: Readonly<Record<number, string>> = {
  10000: FAULT,
  10016: FAULT,
  429: FAULT,
  10019: FAULT,
  [-1]: `${OLD_NAME}: 10002`,
  [-2015]: `${OLD_NAME}: 10003`,
  10014: 'a request is told from its repetition by its client order id: 110072',
  10017: 'a path that is not there is HTTP 404 (facts §8.1)',
  10018: 'struck out in the documents: too many calls of one address are HTTP 403',
  30208: `${ONE_TEXT}: 110003`,
  30209: `${ONE_TEXT}: 110003`,
  110120: `${ONE_TEXT}: 110003`,
  110121: `${ONE_TEXT}: 110003`,
  110042: AUCTION,
  110066: AUCTION,
  110063: AUCTION,
  110095: AUCTION,
  110098: AUCTION,
  110103: AUCTION,
  40004: 'the core takes one request at a time, so an order cannot change while it is being replaced; see 110079',
  110008: `${ONE_TEXT}: 110001, for filled, cancelled and unknown orders alike`,
  110010: `${ONE_TEXT}: 110001, for filled, cancelled and unknown orders alike`,
  110006: `${ONE_TEXT}: 110007`,
  110045: `${ONE_TEXT}: 110007`,
  110051: `${ONE_TEXT}: 110007`,
  110052: `${ONE_TEXT}: 110007`,
  110053: `${ONE_TEXT}: 110007`,
  110131: `${ONE_TEXT}: 110007`,
  110014: ISOLATED,
  110011: `${ISOLATED}; what an adjustment lacks is 110044`,
  110046: `${ISOLATED}; what an adjustment lacks is 110044`,
  110035: 'all orders are cancelled in the moment a liquidation is prepared, so none is left over',
  110039: 'an order that can be paid for does not liquidate: margin and the fee to close are held first (110007)',
  110040: 'an order that can be paid for does not liquidate: margin and the fee to close are held first (110007)',
  110036: 'in cross margin leverage can be changed as long as both sides are equal',
  110038: ISOLATED,
  110086: `${ONE_TEXT}: 110013, or 10001 above the instrument's maximum`,
  110087: `${ONE_TEXT}: 110013, or 10001 above the instrument's maximum`,
  110018: 'an account follows from its key; no request names it',
  110019: 'an order id of any form that is not known is 110001',
  110032: 'what is wrong with an order is named: 10001',
  110021: 'open interest has no bound here',
  110085: `${ONE_TEXT}: 110090`,
  110089: `${ONE_TEXT}: 110090`,
  110026: ISOLATED,
  110027: ISOLATED,
  110029: 'every symbol is a USDT perpetual, and those have hedge mode',
  110033: ISOLATED,
  110034: ISOLATED,
}

/** Codes of one kind of door, made in the tests of that door. */
export const MADE_ELSEWHERE: Readonly<Record<number, string>> = {
  10403: 'trade-stream.test.ts',
  10404: 'trade-stream.test.ts',
  10429: 'trade-stream.test.ts',
  20003: 'trade-stream.test.ts',
  20006: 'trade-stream.test.ts',
  10032: 'personas.test.ts',
  110073: 'personas.test.ts',
  110100: 'personas.test.ts',
}
