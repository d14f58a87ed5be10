/** The page's style: one place for colours, both schemes, and paper. */
export const PAGE_STYLE = `
:root { color-scheme: light dark;
  --ink: light-dark(#1b2026, #e4e8ec); --soft: light-dark(#5b6570, #9aa5b1); --paper: light-dark(#fbfbfa, #14171b);
  --card: light-dark(#ffffff, #1b2026); --rule: light-dark(#dde1e5, #323941); --link: light-dark(#0b57b0, #7db4ff);
  --good: light-dark(#14713d, #5fd08f); --bad: light-dark(#b3241b, #ff8a80); --doubt: light-dark(#8a5a00, #f0b74a);
  --good-soft: light-dark(#e3f3e9, #173324); --bad-soft: light-dark(#fbe6e4, #42201d); --doubt-soft: light-dark(#fbf0d9, #3a2d12);
  --long: light-dark(#2166ac, #6fb1f0); --short: light-dark(#c2610c, #f29b52); --unknown: light-dark(#7b3fa0, #c99be8);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0 auto; max-width: 1180px; padding: 20px 24px 60px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif }
h1 { font-size: 1.25rem; margin: 0 } h2 { font-size: 1.05rem; margin: 26px 0 8px } h3 { font-size: .95rem; margin: 22px 0 6px }
a { color: var(--link) } small, .note { color: var(--soft); font-size: .84rem; font-weight: 400 } code, pre { font-family: var(--mono); font-size: .84rem }
pre { overflow: auto; max-height: 340px; background: var(--paper); border: 1px solid var(--rule); border-radius: 6px; padding: 10px;
  white-space: pre-wrap; overflow-wrap: anywhere }
.masthead { display: flex; gap: 22px; align-items: center; padding: 16px 20px; border-radius: 10px; border: 1px solid var(--rule);
  border-left-width: 8px; background: var(--card) }
.masthead.pass { border-left-color: var(--good) } .masthead.fail { border-left-color: var(--bad) } .masthead.incomplete { border-left-color: var(--doubt) }
.verdict { font-size: 1.9rem; font-weight: 750; margin: 0; white-space: nowrap; letter-spacing: .01em }
.pass .verdict { color: var(--good) } .fail .verdict { color: var(--bad) } .incomplete .verdict { color: var(--doubt) }
.why { margin: 2px 0 8px; overflow-wrap: anywhere } .counts { margin: 0; display: flex; flex-wrap: wrap; gap: 6px }
.badge { font-size: .8rem; font-weight: 600; border: 1px solid currentColor; border-radius: 5px; padding: 1px 7px; margin-left: 6px; color: var(--soft) }
.chip { font: inherit; font-size: .88rem; border: 1px solid var(--rule); border-radius: 14px; padding: 1px 11px; background: transparent;
  color: inherit; text-decoration: none; cursor: pointer } .chip[aria-pressed="true"] { outline: 2px solid var(--link) }
.chip.passed { color: var(--good) } .chip.failed { color: var(--bad) } .chip.void, .chip.unknown { color: var(--doubt) }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 10px; list-style: none; padding: 0; margin: 0 }
.tile { border: 1px solid var(--rule); border-radius: 8px; padding: 8px 12px; background: var(--card) }
.tile b { display: block; font-size: 1.15rem } .tile span, .tile small { display: block; line-height: 1.35 }
.tile.passed b { color: var(--good) } .tile.failed { background: var(--bad-soft) } .tile.failed b { color: var(--bad) } .tile.unknown b { color: var(--doubt) }
.failures { list-style: none; padding: 0; margin: 0 } .failures li { padding: 7px 12px; border-left: 4px solid var(--bad); background: var(--bad-soft); margin-bottom: 6px;
  border-radius: 0 6px 6px 0; overflow-wrap: anywhere } .failures li.void, .failures li.unknown { border-color: var(--doubt); background: var(--doubt-soft) } .failures a { font-weight: 600; margin-right: 8px }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100%; background: var(--card); font-size: .88rem }
th, td { text-align: left; padding: 5px 9px; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: break-word } td code, th code, .tight { white-space: nowrap }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap } tbody th { font-weight: 550 }
.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } td.off { color: var(--bad) }
tr.failed > td:first-child { color: var(--bad) } tr.failed { background: var(--bad-soft) } tr.unknown, tr.void { background: var(--doubt-soft) }
.promises td:first-child, .promises th { white-space: nowrap } tr.passed > td:first-child { color: inherit } .promises tr.passed > td:first-child { color: var(--good) }
.margin { display: inline-block; min-width: 58px } .bar { display: inline-block; width: 70px; height: 8px; margin-left: 8px; border-radius: 4px; background: var(--rule); overflow: hidden }
.bar i { display: block; height: 100%; background: var(--good) } tr.failed .bar i { background: var(--bad) }
.pairs { width: auto } .pairs th { font-weight: 400; color: var(--soft) } .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(320px, 1fr)); gap: 0 28px }
.scenario { border: 1px solid var(--rule); border-left: 5px solid var(--good); border-radius: 8px; padding: 0 16px; margin: 10px 0; background: var(--card) }
.scenario.failed { border-left-color: var(--bad) } .scenario.void, .scenario.unknown { border-left-color: var(--doubt) } .scenario.skipped { border-left-color: var(--soft) }
.scenario > summary { cursor: pointer; padding: 10px 0; overflow-wrap: anywhere } .scenario[open] { padding-bottom: 16px } .scenario > summary small { margin-left: 8px }
.scenario.passed .sign { color: var(--good) } .scenario.failed .sign { color: var(--bad) } .proves { margin: 4px 0 8px; font-size: 1.02rem }
.failure { border-left: 4px solid var(--bad); padding-left: 12px; margin-bottom: 12px; overflow-wrap: anywhere } p.failed, .faults .failed { color: var(--bad) }
.evidence { margin: 4px 0 } .evidence > summary { cursor: pointer; color: var(--soft); font-size: .84rem }
.remarks { padding-left: 22px; font-size: .9rem } .remarks .num { color: var(--soft); margin-right: 6px }
.copy { display: flex; gap: 8px; align-items: center } .copy code { flex: 1; overflow-wrap: anywhere; background: var(--paper); border: 1px solid var(--rule); border-radius: 6px; padding: 6px 10px }
.copy button { font: inherit; font-size: .85rem; padding: 3px 12px; cursor: pointer }
footer { margin-top: 34px; border-top: 1px solid var(--rule); padding-top: 8px }
figure { margin: 0 } figcaption { font-size: .86rem; color: var(--soft); margin: 10px 0 2px } .trade { margin-bottom: 10px }
.curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 4px 20px }
svg { display: block; width: 100%; height: auto; font: 11px system-ui, sans-serif } svg text { fill: var(--soft) }
.axis line, .zero { stroke: var(--rule) } .curve .line { fill: none; stroke: var(--long); stroke-width: 1.8 } .curve .dot { fill: var(--long) }
.nogo { fill: var(--bad); fill-opacity: .13 } svg .nogo-label { fill: var(--bad); font-size: 10px } .goal { stroke: var(--doubt); stroke-dasharray: 4 3 }
.order.long { --leg: var(--long) } .order.short { --leg: var(--short) } .order.refused, .order.absent { --leg: var(--bad) } .order.unknown { --leg: var(--unknown) }
.order .live { fill: var(--leg); fill-opacity: .8 } .order .waiting { fill: var(--leg); fill-opacity: .25; stroke: var(--leg); stroke-opacity: .6 }
.order.unknown .live, .order.refused .live, .order.absent .live { fill-opacity: .25 } .fill { fill: var(--card); stroke: var(--leg); stroke-width: 2 } svg .outcome { fill: var(--leg); font-weight: 600 }
.net { fill: var(--doubt); fill-opacity: .6 } .net.beyond { fill: var(--bad) }
.believed { fill: none; stroke: var(--ink); stroke-width: 1.1 } .key.believed-key { background: none; border-top: 2px solid var(--ink); height: 0; vertical-align: middle }
.worst { white-space: nowrap; margin-left: 6px }
.mark line { stroke: var(--soft); stroke-dasharray: 2 3 } .mark.fault line { stroke: var(--unknown) } svg .mark.fault text { fill: var(--unknown) } .mark.failed line, .mark.halted line { stroke: var(--bad) } svg .mark.failed text, svg .mark.halted text { fill: var(--bad) }
.fold rect { fill: var(--rule); fill-opacity: .45 }
.legend .key { display: inline-block; width: 16px; height: 9px; border-radius: 2px; margin: 0 2px 0 10px } .key.waiting { border: 1px solid var(--soft) } .key.long { background: var(--long) }
.key.short { background: var(--short) } .key.unknown-key { background: var(--unknown) } .key.net-key { background: var(--doubt) }
@media (max-width: 640px) { .masthead { flex-direction: column; align-items: flex-start; gap: 6px } body { padding: 12px } }
@media print { body { max-width: none; padding: 0; font-size: 11px } .copy button { display: none } .scenario, .trade, tr { break-inside: avoid-page } pre { max-height: none } }
.causal td { padding: 2px 9px } .causal tr.venue td { color: var(--long) } .causal tr.wire td, .causal tr.stream td { color: var(--unknown) } .causal tr.run td { color: var(--soft) }
.errors th[scope=row] { font-family: var(--mono); font-size: .8rem; min-width: 22em; max-width: 30em; font-weight: 500 } .errors td b { font-weight: 600 } .errors td.left { background: var(--bad-soft) } .errors td.stop { background: var(--doubt-soft) }
.scroll { overflow-x: auto } .matrix td { text-align: center; min-width: 1.9em; padding: 2px 4px; border: 1px solid var(--page, transparent) } .matrix th[scope=col] span { writing-mode: vertical-rl; font-weight: 500; white-space: nowrap }
.matrix td.hedged { background: var(--good-soft); color: var(--good) } .matrix td.flat { background: var(--good-soft) } .matrix td.halted, .matrix td.open { background: var(--doubt-soft); color: var(--doubt) } .matrix td.broken { background: var(--bad-soft); color: var(--bad); font-weight: 700 } .matrix td.impossible { opacity: .35; background: repeating-linear-gradient(45deg, transparent 0 4px, currentcolor 4px 5px) }
`
