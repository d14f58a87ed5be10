/**
 * The page's script. The page is whole without it: it only filters by outcome, opens what a link points at, copies a
 * command, and opens everything for paper.
 */
export const PAGE_SCRIPT = `
'use strict'
const all = (query) => [...document.querySelectorAll(query)]
const chips = all('[data-filter]')
let wanted = null
for (const chip of chips) chip.addEventListener('click', () => {
  wanted = wanted === chip.dataset.filter ? null : chip.dataset.filter
  for (const other of chips) other.setAttribute('aria-pressed', String(other.dataset.filter === wanted))
  for (const part of all('[data-outcome]')) part.hidden = wanted !== null && part.dataset.outcome !== wanted
})
const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target === null) return
  for (let part = target; part !== null; part = part.parentElement) {
    part.hidden = false
    if (part.tagName === 'DETAILS') part.open = true
  }
  target.scrollIntoView()
}
addEventListener('hashchange', openTarget)
if (location.hash !== '') openTarget()
for (const button of all('[data-copy]')) button.addEventListener('click', async () => {
  const code = button.previousElementSibling
  try { await navigator.clipboard.writeText(code.textContent); button.textContent = 'copied' }
  catch { getSelection().selectAllChildren(code); button.textContent = 'selected' }
})
let closed = []
addEventListener('beforeprint', () => { closed = all('details.scenario:not([open])'); for (const part of closed) part.open = true })
addEventListener('afterprint', () => { for (const part of closed) part.open = false })
`
