#pragma once

namespace merkit::html {

/// The page's style sheet. Blue and vermilion are of Okabe and Ito's palette, which colour-blind people can tell apart.
inline constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --ink: #1c2733; --faint: #586673; --paper: #ffffff; --panel: #f4f6f8; --line: #d4dbe1;
  --series: #0072b2; --rest: #e3e8ec; --alarm: #b3261e; --shade: 0, 114, 178;
  --micro: #0072b2; --macro: #d55e00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --faint: #a3afba; --paper: #12181f; --panel: #1b232c;
  --line: #364250; --series: #56b4e9; --rest: #2b3641; --alarm: #ff8a80; --shade: 40, 130, 200; --micro: #56b4e9;
  --macro: #e69f00; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .75rem; padding-top: 1rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
h4 { font-size: .95rem; margin: 0 0 .5rem; }
.lead, .note { color: var(--faint); }
.note { font-size: .875rem; margin: .5rem 0; }
.stamp { border: 3px solid var(--alarm); border-radius: .5rem; color: var(--alarm); padding: .75rem 1rem; }
.stamp strong { display: block; font-size: 2rem; letter-spacing: .12em; line-height: 1.2; }
a { color: var(--series); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: .75rem 2rem; margin: 0; }
dt { color: var(--faint); font-size: .8125rem; }
dd { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem; margin: 0 0 1rem; }
.tile { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; }
.tile span { display: block; color: var(--faint); font-size: .8125rem; }
.tile strong { font-size: 1.9rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; margin: 0 0 1.25rem; }
.table:focus-visible { outline: 2px solid var(--series); }
table { border-collapse: collapse; font-size: .875rem; min-width: 100%; overflow-wrap: normal; }
caption { text-align: left; color: var(--faint); font-size: .8125rem; padding: 0 0 .35rem; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { font-weight: 600; }
thead th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
tr > th[scope=row] { font-weight: 500; white-space: normal; min-width: 6.5rem; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.main > * { font-weight: 700; }
tr.faint > * , tr.baseline > * { color: var(--faint); font-weight: 400; }
tr.stamped > * { color: var(--alarm); }
.confusions { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.confusions .table { margin: 0; max-width: 100%; }
.confusion { min-width: 0; }
.confusion .shaded { text-align: center; min-width: 5.25rem; padding: .5rem; border: 1px solid var(--line);
  font-variant-numeric: tabular-nums; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.confusion .right { font-weight: 700; }
.confusion small { display: block; font-weight: 400; }
.people td, .people th { padding-top: .15rem; padding-bottom: .15rem; }
.people .wide { width: 60%; min-width: 6rem; }
.bar { display: block; }
.bar .whole { fill: var(--rest); } .bar .part { fill: var(--series); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1rem 2rem; }
figure { margin: 0; }
figcaption { color: var(--faint); font-size: .8125rem; }
.chart svg { display: block; width: 100%; max-width: 34rem; height: auto; font-size: 12px; }
.chart text { fill: var(--faint); }
.chart .grid { stroke: var(--line); } .chart .axis { stroke: var(--faint); }
.chart .band { fill: var(--series); opacity: .2; }
.chart .mean { fill: none; stroke: var(--series); stroke-width: 2; }
.signals { margin: 1.25rem 0; } .chart.signals svg { max-width: none; }
.signals .signal { fill: none; stroke: var(--ink); stroke-width: 1.2; stroke-linejoin: round; }
.signals .threshold { stroke: var(--faint); stroke-dasharray: 5 4; } .signals .blind { fill: var(--rest); }
.signals .micro { fill: var(--micro); } .signals .macro { fill: var(--macro); } .signals .within { opacity: .18; }
.signals .hollow { fill-opacity: .15; stroke-width: 1.2; }
.signals .hollow.micro { stroke: var(--micro); } .signals .hollow.macro { stroke: var(--macro); }
.key { margin-left: 1rem; } .key::before { content: ""; display: inline-block; width: .8rem; height: .7rem;
  margin-right: .35rem; background: var(--micro); } .key.macro::before { background: var(--macro); }
.apexes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 1rem; }
.apexes img { display: block; width: 100%; height: auto; border-radius: .3rem; }
.clips { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: 1rem; }
.clip { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; min-width: 0; }
.clip .table { margin: .5rem 0 0; }
.clip tr > * { padding: .2rem .3rem; }
.pictures { display: grid; grid-template-columns: repeat(4, 1fr); gap: .35rem; }
.pictures img { display: block; width: 100%; height: auto; border-radius: .2rem; }
.pictures figcaption { font-size: .75rem; line-height: 1.25; margin-top: .2rem; }
.pixelated img { image-rendering: pixelated; }
details { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; margin: 0 0 .75rem; }
summary { cursor: pointer; }
pre { overflow-x: auto; font-size: .8125rem; line-height: 1.4; white-space: pre-wrap; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; }
@page { margin: 16mm 14mm; }
@media print {
  :root { color-scheme: light; --ink: #000000; --faint: #444444; --paper: #ffffff; --panel: #ffffff; --line: #bbbbbb;
    --series: #0072b2; --rest: #e8e8e8; --alarm: #b3261e; --shade: 0, 114, 178; --micro: #0072b2; --macro: #d55e00; }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0 1px; }
  .table { overflow: visible; }
  table { font-size: 8pt; } th, td { padding: .15rem .35rem; }
  h2, h3, h4, caption, thead, h3 + .note, summary { break-after: avoid; }
  tr, figure, .tile, .clip, .confusion, dl > div, .table:not(:has(tr:nth-child(20))) { break-inside: avoid; }
  summary { list-style: none; }
  .clips { grid-template-columns: repeat(3, 1fr); gap: .5rem; }
  .clip { padding: .5rem; } .clip figcaption { font-size: 6pt; overflow-wrap: normal; }
  .tile, .clip { border: 1px solid var(--line); }
  .bar, .chart svg, .key::before { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; display: block; }
}
)css";

}  // namespace merkit::html
