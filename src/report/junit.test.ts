import { expect, test } from 'vitest'
import { renderJunit } from './junit.ts'
import { cutOff, documentOf, failing, passing, skipped, voided } from './test-support/documents.ts'

/** A small reader for well-formedness: every tag closed in its order, attributes quoted, no bare < or &. */
function checkWellFormed(xml: string): void {
  const open: string[] = []
  const rest = xml
    .replace(/^<\?xml[^?]*\?>\s*/, '')
    .replace(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g, (_all, end, name, attributes, empty) => {
      const names = [...String(attributes).matchAll(/([\w-]+)="/g)].map((match) => match[1])
      expect(new Set(names).size).toBe(names.length)
      if (end === '/') expect(open.pop()).toBe(name)
      else if (empty !== '/') open.push(name)
      return ''
    })
  expect(open).toEqual([])
  expect(rest).not.toContain('<')
  expect(xml.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
  expect(xml).not.toMatch(/(?![\t\n\r])\p{Cc}/u)
}

test('every outcome has its own element, counted in the heads', () => {
  const xml = renderJunit(documentOf([passing(), failing(), voided(), cutOff(), skipped('no world on demo')]))
  checkWellFormed(xml)
  expect(xml).toContain('tests="5" failures="2" errors="1" skipped="1"')
  expect(xml).toContain('<skipped message="no world on demo"/>')
  expect(xml).toMatch(/<failure type="failed" message="P1 naked-bound: 1 trade broke/)
  expect(xml).toMatch(/<failure type="void" message="P10 fault-fired: void:/)
  expect(xml).toMatch(/<error type="unknown" message="/)
})

test('a case carries its class, its time, its budgets and its promises', () => {
  const xml = renderJunit(documentOf([passing()]))
  expect(xml).toContain('classname="scenarios.05-high-throughput" time="30.100"')
  expect(xml).toContain(
    '<property name="budget end to end, p99" value="met: 9.8 ms, at most 10 ms, n 1200, margin 2 %"/>',
  )
  expect(xml).toContain('<property name="promise P3 exactly-once" value="pass: ')
  expect(xml).toContain('<property name="seed" value="20260101"/>')
})

test('hostile text stays well-formed: markup, controls, colours and halves of characters', () => {
  const text = '"</testcase>]]>&<\u0000\u0007\u001b[31mred\u001b[0m \ud800 \ufffe'
  const record = { ...failing(), name: text, promises: [], failures: [{ message: text, detail: text }] }
  const xml = renderJunit(documentOf([record, skipped(text)]))
  checkWellFormed(xml)
  expect(xml).toContain('red')
  expect(xml).not.toContain('[31m')
  expect(Buffer.from(xml, 'utf8').toString('utf8')).toBe(xml)
})
