/**
 * Numbers as a reader wants them: a unit always, µs below a millisecond, no more digits than mean something.
 */
import type { BudgetUnit } from './budgets.ts'

/** A duration given in µs. */
export function showUs(us: number | null): string {
  if (us === null) return '–'
  const size = Math.abs(us)
  if (size < 1_000) return `${digits(us, size < 10 ? 1 : 0)} µs`
  if (size < 1_000_000) return `${digits(us / 1_000, size < 10_000 ? 2 : size < 100_000 ? 1 : 0)} ms`
  if (size < 600_000_000) return `${digits(us / 1_000_000, size < 100_000_000 ? 2 : 1)} s`
  return `${digits(us / 60_000_000, 1)} min`
}

/** A value with the unit of its budget. */
export function showValue(value: number | null, unit: BudgetUnit): string {
  if (value === null) return '–'
  switch (unit) {
    case 'us':
      return showUs(value)
    case 'ms':
      return showUs(value * 1000)
    case 'MB':
      return `${digits(value, 1)} MB`
    case '/s':
      return `${showCount(value)} /s`
    case '%':
      return `${digits(value, 1)} %`
    case 'count':
      return showCount(value)
  }
}

/** A count with thousands marked; fractions keep two digits at most. */
export function showCount(value: number): string {
  const text = Number.isInteger(value) ? String(value).replace('-', '−') : digits(value, 2)
  const [whole = '', fraction] = text.split('.')
  const marked = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? marked : `${marked}.${fraction}`
}

export function showPercent(value: number | null): string {
  if (value === null) return '–'
  return `${value > 0 ? '+' : ''}${digits(value, Math.abs(value) < 10 ? 1 : 0)} %`
}

export function showUsd(value: number | null): string {
  return value === null ? '–' : `${digits(value, Math.abs(value) < 10 ? 4 : 2)} USD`
}

/** Exposure times time: an amount that was naked for a while. */
export function showUsdMs(value: number): string {
  return `${showCount(Math.round(value))} USD·ms`
}

export function showBps(value: number | null): string {
  return value === null ? '–' : `${digits(value, 2)} bps`
}

/** At most so many decimals, none that are only zeros; a true minus sign. */
export function digits(value: number, decimals: number): string {
  const text = value.toFixed(decimals)
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return (short === '-0' ? '0' : short).replace('-', '−')
}
