"""How the report of a check looks: on a wide screen, on a phone, on paper."""

#: On narrow screens each row of a table is a card, whose cells are named by their ``data-label``: nothing scrolls
#: sideways. ``.sr`` is for screen readers alone.
STYLE = """
:root{--ink:#1b2a38;--muted:#566370;--line:#cfd7df;--back:#f5f7f9;--rest:#e1e7ed;--bar:#2f6f9f;color-scheme:light}
*{box-sizing:border-box}
html{background:#fff;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{font:16px/1.5 "Noto Sans","Segoe UI",Roboto,Arial,sans-serif;color:var(--ink);overflow-wrap:break-word}
body{margin:0 auto;max-width:1100px;padding:24px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:20px;line-height:1.3;margin:36px 0 8px}
h3{font-size:17px;line-height:1.3;margin:24px 0 4px}
p{margin:6px 0;max-width:80ch}
a{color:#1c5a8a}
:focus-visible{outline:3px solid #1c5a8a;outline-offset:2px}
.muted,caption{color:var(--muted)}
.sr{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:8px;top:-60px;background:#fff;padding:8px 12px;border:2px solid #1c5a8a;z-index:1}
.skip:focus{top:8px}
nav ul{display:flex;flex-wrap:wrap;gap:0 20px;list-style:none;margin:12px 0 0;padding:0}
nav a{display:inline-block;padding:4px 0}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:16px 0}
.card{border:1px solid var(--line);border-radius:8px;padding:12px 14px;break-inside:avoid}
.card.whole{grid-column:1/-1;background:var(--back)}
.card h3{font-size:16px;font-weight:400;margin:0}
.card p{color:var(--muted);font-size:14px;margin:4px 0 0}
.card .value{color:var(--ink);font-size:26px;line-height:1.3;font-weight:600;margin:0}
.bar{display:inline-block;width:60px;height:9px;margin-left:6px;fill:var(--bar)}
.rest{fill:var(--rest)}
.card .bar{display:block;width:100%;margin:4px 0}
table{border-collapse:collapse;width:100%;font-size:15px;margin:8px 0}
caption{text-align:left;padding:4px 0}
th,td{border-bottom:1px solid var(--line);padding:7px 8px;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--ink);vertical-align:bottom}
tbody th{font-weight:400}
.group th{background:var(--back);font-weight:600}
th.n,td.n{text-align:right;font-variant-numeric:tabular-nums}
td.n{white-space:nowrap}
@media (min-width:701px),print{.findings,.scores,.tables{table-layout:fixed}
.findings thead th:nth-child(1){width:40%}.findings thead th:nth-child(2){width:10%}
.findings thead th:nth-child(3){width:15%}.findings thead th:nth-child(4){width:13%}
.scores thead th:first-child{width:31%}.scores thead th:nth-child(n+5){width:11%}
.tables thead th:first-child{width:44%}.unjudged thead th:first-child{width:70%}}
code,small{font-size:13px;color:var(--muted)}
code{overflow-wrap:anywhere}
.error{color:#a8261c}.warning{color:#7d4b00}.info{color:#34506b}
summary{cursor:pointer;padding:6px 0;font-weight:600}
.names{columns:13rem;column-gap:24px;list-style:none;margin:0 0 8px;padding:0 0 0 16px}
dt{font-weight:600;margin-top:8px}
dd{margin:0 0 4px;max-width:80ch}
footer{border-top:1px solid var(--line);color:var(--muted);margin-top:32px;padding-top:8px;font-size:14px}
@media screen{details:not([open])+.names{display:none}}
@media screen and (max-width:900px){.cards{grid-template-columns:1fr 1fr}td .bar{width:40px}}
@media screen and (max-width:700px){
body{padding:16px 12px}
h1{font-size:22px}
nav a{padding:8px 0}
summary{padding:10px 0}
.names{columns:8.5rem;column-gap:16px}
.names li{padding:2px 0}
table,tbody,caption,tbody th,td{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tbody tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(88px,1fr));gap:6px 12px;align-items:end}
tbody tr{border:1px solid var(--line);border-radius:8px;padding:10px 12px;margin:8px 0}
tbody tr.group{border:0;padding:0;margin:16px 0 0;background:none}
.group th{background:none;font-size:16px}
tbody th,td{border:0;padding:0;grid-column:1/-1}
td.n{text-align:left;grid-column:auto}
.tables tbody tr{grid-template-columns:repeat(4,1fr);column-gap:6px}
td::before{display:block;color:var(--muted);font-size:13px;line-height:1.3;white-space:normal}
td::before{content:attr(data-label)}
td::before{content:attr(data-label)/""}
}
@media screen and (max-width:420px){.cards{gap:8px}.card{padding:10px}.card.score{grid-column:1/-1}}
@page{size:A4;margin:14mm 12mm}
@media print{
body{max-width:none;padding:0;font-size:10pt;line-height:1.4;-webkit-print-color-adjust:exact;print-color-adjust:exact}
h1{font-size:16pt}h2{font-size:13pt;margin:18pt 0 4pt}h3{font-size:11pt;margin:10pt 0 2pt}
h2,h3,summary,.group,caption{break-after:avoid}
nav,.skip{display:none}
a{color:inherit;text-decoration:none}
p,dd,.card p,code,small,footer{max-width:none;font-size:9pt}
table{font-size:9pt}
th,td{padding:3pt 5pt;border-color:#8c99a5}
thead{display:table-header-group}
tr,li,dt{break-inside:avoid}
.card{border-color:#8c99a5;padding:6pt 8pt}.card h3{font-size:10pt}.card .value{font-size:15pt}
.cards{gap:6pt;margin:8pt 0}
.bar{width:30pt;height:6pt;margin-left:3pt}
summary{list-style:none;padding:3pt 0}
summary::-webkit-details-marker{display:none}
.names{columns:4;font-size:9pt}
}
"""
