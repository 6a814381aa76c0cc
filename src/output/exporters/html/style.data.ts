/** The page's style sheet. Colours meet WCAG 2.2 AA on their grounds, in light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #fff; --ink: #16202c; --soft: #55606e; --line: #d9dee5; --link: #0b57b8; --focus: #0b57b8;
  --critical: #b00f3a; --critical-ink: #fff; --high: #b93a05; --high-ink: #fff; --medium: #f4c430; --medium-ink: #3a2a00;
  --low: #cfe3fb; --low-ink: #0c3c78; --negligible: #e4e7ec; --negligible-ink: #3c4754; --unknown: #e5defa; --unknown-ink: #43208f;
  --alarm: #b00f3a; --warn-ground: #fff6dd; --warn-line: #e2b93b; --good: #14713d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f141a; --card: #171e26; --ink: #e6ebf1; --soft: #a3aebb; --line: #2c3641; --link: #7db4ff; --focus: #7db4ff;
    --critical: #ff5c7f; --critical-ink: #2b0009; --high: #ff8f56; --high-ink: #2c0f00; --medium: #f2cc55; --medium-ink: #2f2300;
    --low: #1f4370; --low-ink: #d3e6ff; --negligible: #333d48; --negligible-ink: #d3dae2; --unknown: #3d2f66; --unknown-ink: #e3d9ff;
    --alarm: #ff7b96; --warn-ground: #2a2413; --warn-line: #8a6d1d; --good: #63d297;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main, header, footer { max-width: 1280px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
.brand { margin: 0 0 4px; color: var(--soft); font-size: 13px; letter-spacing: .04em; }
h1 { margin: 0; font: 600 24px/1.3 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
h2 { margin: 44px 0 12px; font-size: 19px; line-height: 1.3; }
h2 small { color: var(--soft); font-weight: 400; font-size: 15px; }
code, .name { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .93em; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 8px; background: var(--card); padding: 8px 12px; z-index: 1; }
.facts { display: flex; flex-wrap: wrap; gap: 2px 20px; margin: 8px 0 0; padding: 0; list-style: none; color: var(--soft); overflow-wrap: anywhere; }
.verdict { margin-top: 20px; padding: 20px 24px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.verdict p { margin: 0; }
.verdict .sentence { font-size: 20px; line-height: 1.35; font-weight: 600; overflow-wrap: anywhere; }
.verdict .clean { color: var(--good); }
.verdict .limit { margin-top: 8px; }
.bar { display: block; width: 100%; height: 10px; margin: 16px 0 10px; border-radius: 5px; overflow: hidden; background: var(--line); }
.counts { display: flex; flex-wrap: wrap; gap: 6px 14px; margin: 0; padding: 0; list-style: none; }
.badge { display: inline-block; min-width: 78px; padding: 1px 8px; border-radius: 4px; font-size: 13px; font-weight: 600; text-align: center; white-space: nowrap; }
.counts .badge { min-width: 0; }
.critical { background: var(--critical); color: var(--critical-ink); fill: var(--critical); }
.high { background: var(--high); color: var(--high-ink); fill: var(--high); }
.medium { background: var(--medium); color: var(--medium-ink); fill: var(--medium); }
.low { background: var(--low); color: var(--low-ink); fill: var(--low); }
.negligible { background: var(--negligible); color: var(--negligible-ink); fill: var(--negligible); }
.unknown { background: var(--unknown); color: var(--unknown-ink); fill: var(--unknown); }
.alarm { color: var(--alarm); font-weight: 600; white-space: nowrap; }
.groups { margin: 0; padding: 0; list-style: none; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.groups > li { display: grid; grid-template-columns: 92px minmax(0, 1fr) auto; gap: 2px 14px; padding: 12px 16px; border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 90px; }
.groups > li:first-child { border-top: 0; }
.groups .title { font-weight: 600; overflow-wrap: anywhere; }
.groups .installed { font-weight: 400; color: var(--soft); }
.groups .target { color: var(--good); }
.groups .arrow { color: var(--soft); padding: 0 2px; }
.groups .measures { display: grid; grid-template-columns: 160px 136px 84px; gap: 0 8px; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.groups .measures .alarm { text-align: left; padding-left: 8px; }
.groups .more { grid-column: 2 / -1; color: var(--soft); overflow-wrap: anywhere; min-width: 0; }
summary { cursor: pointer; color: var(--link); width: fit-content; max-width: 100%; }
.id { display: inline-block; max-width: 100%; overflow-wrap: anywhere; }
.flaws { margin: 8px 0 4px; padding: 0; list-style: none; color: var(--ink); }
.flaws li { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; padding: 3px 0; }
.flaws .title { font-weight: 400; flex: 1 1 260px; min-width: 0; color: var(--soft); }
.limits { margin: 0; padding: 0; list-style: none; }
.limits li { padding: 10px 14px; margin-top: 8px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow-wrap: anywhere; }
.limits .problem { background: var(--warn-ground); border-color: var(--warn-line); }
form { display: flex; flex-wrap: wrap; gap: 10px 16px; align-items: end; margin: 0 0 12px; }
form[hidden] { display: none; }
form label { display: flex; flex-direction: column; gap: 2px; color: var(--soft); font-size: 13px; }
form label.check { flex-direction: row; align-items: center; gap: 6px; min-height: 36px; color: var(--ink); font-size: 15px; }
input[type=search], select { height: 36px; padding: 0 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); color: var(--ink); font: inherit; }
input[type=search] { width: min(320px, 100%); }
input[type=checkbox] { width: 18px; height: 18px; margin: 0; }
form output { margin-left: auto; color: var(--soft); min-height: 36px; display: flex; align-items: center; }
table { width: 100%; table-layout: fixed; border-collapse: separate; border-spacing: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; font-size: 14px; }
th:nth-child(1) { width: 106px; } th:nth-child(4), th:nth-child(5) { width: 124px; } th:nth-child(6) { width: 76px; } th:nth-child(7) { width: 136px; }
th { text-align: left; font-weight: 600; color: var(--soft); padding: 10px 12px; white-space: nowrap; }
td { padding: 8px 12px; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.nowrap { white-space: nowrap; overflow-wrap: normal; }
td .where { display: block; color: var(--soft); font-size: 13px; }
tr[hidden] { display: none; }
.ignored td { color: var(--soft); }
.none { color: var(--soft); }
footer { margin-top: 48px; padding-top: 16px; padding-bottom: 40px; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
footer p { margin: 4px 0; border: 0; }
@media (max-width: 760px) {
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  h1 { font-size: 19px; }
  .verdict { padding: 16px; }
  .verdict .sentence { font-size: 18px; }
  .groups > li { grid-template-columns: minmax(0, 1fr); gap: 6px; padding: 14px 16px; }
  .groups .measures { display: flex; flex-wrap: wrap; gap: 0 14px; text-align: left; }
  .groups .measures .alarm { padding: 0; }
  .groups .measures span:empty { display: none; }
  .groups .more { grid-column: 1; }
  input[type=search] { width: 100%; }
  form label:first-child { flex: 1 1 100%; }
  form output { margin-left: 0; }
}
@media (max-width: 960px) {
  table, tbody, tr, td { display: block; }
  thead { position: absolute; left: -9999px; }
  tr { padding: 10px 14px; border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 150px; }
  tbody tr:first-child { border-top: 0; }
  td, td.number { display: grid; grid-template-columns: 88px minmax(0, 1fr); gap: 8px; padding: 2px 0; border: 0; text-align: left; }
  td:empty { display: none; }
  td::before { content: attr(data-label); color: var(--soft); }
  td .badge { justify-self: start; }
}
@media print { form, .skip { display: none; } body { background: #fff; } .groups > li { break-inside: avoid; } }
`;
