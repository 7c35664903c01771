#include "evaluate/report/style.hpp"

namespace visionkit {

std::string_view report_style() noexcept {
  return R"(
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1a1a1a; --dim: #565b63; --rule: #cfd3d9; --card: #f4f6f8; --link: #005a9c;
  --good: #005c44; --good-card: #e2f3ec; --bad: #953500; --bad-card: #fdebe1;
  --line1: #0072b2; --line2: #d55e00; --line3: #008763; --line4: #b0578a; --line5: #a06f00; --line6: #2f86b8;
  --bar0: #0072b2; --bar1: #c77700; --band: #0072b233;
  --right1: #e4f0f8; --right2: #b9d9ec; --right3: #7db8da; --right4: #1b6ca1; --right5: #00436a;
  --wrong1: #fdeee2; --wrong2: #f9cfae; --wrong3: #f0a56b; --wrong4: #ad4c0a; --wrong5: #7a3100;
  --on-weak: #1a1a1a; --on-strong: #ffffff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14161a; --ink: #e9eaec; --dim: #aab0b9; --rule: #3b414a; --card: #1e2228; --link: #82c7ff;
    --good: #86e3c3; --good-card: #10302a; --bad: #ffb48c; --bad-card: #3b2013;
    --line1: #56b4e9; --line2: #ef7a3a; --line3: #2fc79a; --line4: #d98bb6; --line5: #e69f00; --line6: #f0e442;
    --bar0: #56b4e9; --bar1: #e69f00; --band: #56b4e940;
    --right1: #182733; --right2: #1b3b52; --right3: #1d5478; --right4: #6db4dc; --right5: #b9def4;
    --wrong1: #2d2118; --wrong2: #4c2f18; --wrong3: #774013; --wrong4: #e59a5c; --wrong5: #f9cda9;
    --on-weak: #e9eaec; --on-strong: #14161a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header, main, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .5rem 0; max-width: 48rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
section { padding: 1.5rem 0; border-top: 1px solid var(--rule); scroll-margin-top: 1rem; }
.note { color: var(--dim); font-size: .875rem; }
footer { padding-bottom: 2rem; border-top: 1px solid var(--rule); }
nav ul, .legend, .answers { list-style: none; margin: 0; padding: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: .75rem 0 1rem; }
nav a { display: inline-block; padding: .3rem 0; }
.verdict { font-size: 1.25rem; padding: .6rem 1rem; border-left: .4rem solid; border-radius: .25rem; }
.passed { color: var(--good); background: var(--good-card); }
.failed { color: var(--bad); background: var(--bad-card); }
dl { margin: 0; }
dd { margin: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 12.5rem), 1fr)); gap: .75rem; }
.cards > div { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }
.cards dt { font-weight: 600; }
.cards .value { font-size: 1.75rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.cards .meaning { color: var(--dim); font-size: .875rem; line-height: 1.4; }
.facts > div { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 0 1rem; padding: .15rem 0; }
.facts dt { color: var(--dim); }
details { margin: .75rem 0; }
summary { cursor: pointer; padding: .25rem 0; color: var(--link); }
pre { background: var(--card); border-radius: .25rem; padding: .75rem; font-size: .8125rem; white-space: pre-wrap; max-height: 24rem; overflow: auto; }
.scroll { overflow-x: auto; margin: .75rem 0 1.25rem; }
table { border-collapse: separate; border-spacing: 0; font-size: .9375rem; font-variant-numeric: tabular-nums; overflow-wrap: break-word; }
caption { text-align: left; font-weight: 600; padding: 0 0 .4rem; }
caption > span { position: sticky; left: 0; display: inline-block; max-width: min(48rem, calc(100vw - 2rem)); }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; unicode-bidi: isolate; }
thead th { vertical-align: bottom; font-weight: 600; }
th[scope=row] { font-weight: 500; min-width: 3rem; max-width: 14rem; }
tbody th[scope=row]:first-child { position: sticky; left: 0; background: var(--page); }
th.number, td.number { text-align: right; }
td.number { white-space: nowrap; }
td.words { min-width: 9rem; max-width: 34rem; }
table.balance { width: 100%; max-width: 52rem; }
td.bars { width: 45%; min-width: 6.5rem; vertical-align: middle; }
.bars svg { display: block; width: 100%; height: 1.1rem; }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: .15em; }
.key.bar0 { background: var(--bar0); }
.key.bar1 { background: var(--bar1); }
rect.bar0 { fill: var(--bar0); }
rect.bar1 { fill: var(--bar1); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem 2rem; align-items: start; }
figure { margin: 0; min-width: 0; }
.chart > svg { display: block; width: 100%; max-width: 34rem; height: auto; }
.chart text { font-size: 12px; fill: var(--ink); }
.chart-title { font-weight: 600; margin: 0 0 .25rem; }
.chart figcaption p { font-size: .9375rem; }
.grid { stroke: var(--rule); stroke-width: .75; }
.diagonal { stroke: var(--ink); stroke-width: 1.25; stroke-dasharray: 5 4; }
.line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
.line0 { stroke: var(--ink); stroke-width: 3; }
.line1 { stroke: var(--line1); }
.line2 { stroke: var(--line2); stroke-dasharray: 7 3; }
.line3 { stroke: var(--line3); stroke-dasharray: 2 2.5; }
.line4 { stroke: var(--line4); stroke-dasharray: 9 3 2 3; }
.line5 { stroke: var(--line5); stroke-dasharray: 4 3; }
.line6 { stroke: var(--line6); stroke-dasharray: 12 3 2 3 2 3; }
.other { fill: none; stroke: var(--dim); stroke-width: .75; stroke-opacity: .6; }
.band { fill: var(--band); }
.marker { fill: var(--page); stroke: var(--ink); stroke-width: 2; }
.legend { display: flex; flex-wrap: wrap; gap: .15rem 1rem; margin: .4rem 0; font-size: .9375rem; }
.legend li { display: flex; align-items: baseline; gap: .4rem; }
.legend svg { flex: none; width: 28px; height: 12px; }
.swatch { stroke: var(--dim); stroke-width: 1; }
.matrix th, .matrix td { padding: .3rem .35rem; text-align: center; }
.matrix th[scope=row] { text-align: left; padding-right: .75rem; }
.matrix td { min-width: 2.6rem; }
.matrix small { display: block; font-size: .75rem; line-height: 1.2; }
.matrix .sum { text-align: right; padding-left: .75rem; color: var(--dim); }
.turned thead span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 10rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.zero { color: var(--dim); }
.right1 { background: var(--right1); color: var(--on-weak); }
.right2 { background: var(--right2); color: var(--on-weak); }
.right3 { background: var(--right3); color: var(--on-weak); }
.right4 { background: var(--right4); color: var(--on-strong); }
.right5 { background: var(--right5); color: var(--on-strong); }
.wrong1 { background: var(--wrong1); color: var(--on-weak); }
.wrong2 { background: var(--wrong2); color: var(--on-weak); }
.wrong3 { background: var(--wrong3); color: var(--on-weak); }
.wrong4 { background: var(--wrong4); color: var(--on-strong); }
.wrong5 { background: var(--wrong5); color: var(--on-strong); }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1rem; align-items: start; }
.samples.wide { grid-template-columns: minmax(0, 1fr); }
.sample { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; min-width: 0; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: .75rem; margin: .5rem 0; }
.pictures img { display: block; max-width: 100%; height: auto; }
.pictures figcaption { font-size: .875rem; color: var(--dim); }
.answers li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .5rem; font-size: .9375rem; }
.answers b { font-variant-numeric: tabular-nums; }
.share { grid-column: 1 / -1; height: .3rem; background: var(--rule); border-radius: .15rem; overflow: hidden; }
.share svg { display: block; width: 100%; height: 100%; }
.is-right .mark { color: var(--good); }
.is-wrong .mark { color: var(--bad); }
@media (max-width: 30rem) {
  .facts > div { grid-template-columns: minmax(0, 1fr); padding: .3rem 0; }
  th, td { padding: .35rem .4rem; }
  th[scope=row] { max-width: 9rem; }
  td.bars { min-width: 5rem; }
}
@media print {
  nav { display: none; }
  .scroll { overflow: visible; }
  figure, article, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
)";
}

}  // namespace visionkit
