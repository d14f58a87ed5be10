import { expect, test } from 'vitest'
import { qualify } from './qualification.ts'
import type { QualificationInput } from './qualification-input.ts'

const GOOD: QualificationInput = {
  spreadBps: 45,
  fundingDelta8h: 0.01,
  positionSizeUsd: 1_000,
  longVenue: 'bybit',
  shortVenue: 'bybit_synthetic',
}

test.each<[string, Partial<Record<keyof QualificationInput, unknown>>, ErrorConstructor, string]>([
  ['zero spread', { spreadBps: 0 }, RangeError, 'spreadBps must be finite and more than 0, got 0'],
  ['negative spread', { spreadBps: -1 }, RangeError, 'spreadBps must be finite and more than 0, got -1'],
  ['negative zero spread', { spreadBps: -0 }, RangeError, 'spreadBps must be finite and more than 0, got 0'],
  ['NaN spread', { spreadBps: Number.NaN }, RangeError, 'got NaN'],
  ['infinite spread', { spreadBps: Number.POSITIVE_INFINITY }, RangeError, 'got Infinity'],
  ['spread as text', { spreadBps: '15' }, TypeError, 'spreadBps must be a number, finite and more than 0, got "15"'],
  ['no spread', { spreadBps: undefined }, TypeError, 'got nothing'],
  ['NaN delta', { fundingDelta8h: Number.NaN }, RangeError, 'fundingDelta8h must be finite, got NaN'],
  ['infinite delta', { fundingDelta8h: Number.NEGATIVE_INFINITY }, RangeError, 'fundingDelta8h must be finite'],
  ['null delta', { fundingDelta8h: null }, TypeError, 'fundingDelta8h must be a number, finite, got null'],
  ['big integer size', { positionSizeUsd: 1n }, TypeError, 'positionSizeUsd must be a number'],
  ['zero size', { positionSizeUsd: 0 }, RangeError, 'positionSizeUsd must be finite and more than 0'],
  ['no long venue', { longVenue: undefined }, TypeError, "longVenue must be a venue's name, got nothing"],
  ['venue as a list', { shortVenue: ['okx'] }, TypeError, "shortVenue must be a venue's name, got a list"],
  ['negative depth', { depthLongUsd: -1 }, RangeError, 'depthLongUsd must be finite and at least 0, got -1'],
  ['infinite depth', { depthShortUsd: Number.POSITIVE_INFINITY }, RangeError, 'depthShortUsd must be finite'],
  ['null depth', { depthShortUsd: null }, TypeError, 'depthShortUsd must be a number'],
  ['signals null', { signals: null }, TypeError, 'signals must be an object or left out, got null'],
  ['signals text', { signals: 'strong' }, TypeError, 'signals must be an object or left out, got "strong"'],
  ['NaN imbalance', { signals: { obiLong: Number.NaN } }, RangeError, 'signals.obiLong must be finite, got NaN'],
  ['imbalance as text', { signals: { obiShort: '1' } }, TypeError, 'signals.obiShort must be a number'],
  [
    'negative open interest',
    { signals: { oiRatioLong: -0.1 } },
    RangeError,
    'signals.oiRatioLong must be finite and at',
  ],
  ['negative minutes', { signals: { minutesToFundingShort: -1 } }, RangeError, 'signals.minutesToFundingShort must be'],
])('refused: %s', (_, changes, kind, message) => {
  const attempt = (): unknown => qualify({ ...GOOD, ...changes } as unknown as QualificationInput)
  expect(attempt).toThrow(kind)
  expect(attempt).toThrow(message)
})

test('every bad field is named in one message', () => {
  const bad = { ...GOOD, spreadBps: -1, fundingDelta8h: Number.NaN, depthLongUsd: -5, signals: { obiLong: Number.NaN } }
  expect(() => qualify(bad)).toThrow(
    'qualify: spreadBps must be finite and more than 0, got -1; fundingDelta8h must be finite, got NaN; ' +
      'depthLongUsd must be finite and at least 0, got -5; signals.obiLong must be finite, got NaN',
  )
  expect(() => qualify(bad)).toThrow(RangeError)
  expect(() => qualify({ ...bad, longVenue: 7 as unknown as string })).toThrow(TypeError)
})

test.each([undefined, null, 7, 'terms'])('terms that are no object are refused: %j', (input) => {
  expect(() => qualify(input as unknown as QualificationInput)).toThrow(TypeError)
})
