import type { Behaviour } from "./behaviour.ts";
import { modes, scopes } from "./behaviour.ts";
import type { Ncr } from "./store.ts";
import { decisions, statuses } from "./store.ts";

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const words = (code: string): string => code.replaceAll("_", " ");
const moment = (at: string): string =>
  `<time datetime="${at}">${at.slice(0, 16).replace("T", " ")} UTC</time>`;
const option = (value: string, chosen: string, label = words(value)): string =>
  `<option value="${value}"${value === chosen ? " selected" : ""}>${escapeHtml(label)}</option>`;

const style = `
:root{color-scheme:light;--ink:#1c2430;--soft:#5b6675;--line:#d9dfe7;--paper:#fff;--ground:#f3f5f8;--accent:#1f5fa8}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header{background:#12304f;color:#fff}header div{max-width:1080px;margin:auto;padding:14px 20px;display:flex;gap:24px;align-items:center}
header a{color:#dbe7f5;text-decoration:none}header a:hover{text-decoration:underline}header strong{font-size:17px;margin-right:auto}header strong a{color:#fff}
main{max-width:1080px;margin:0 auto;padding:24px 20px 64px}h1{font-size:24px;margin:0 0 4px}h2{font-size:16px;margin:0 0 12px}
.card{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:18px 20px;margin:16px 0}
table{border-collapse:collapse;width:100%}th{font-size:13px;color:var(--soft);font-weight:600;text-align:left}th,td{padding:9px 10px;border-bottom:1px solid var(--line);vertical-align:top}tr:last-child td{border-bottom:0}
td a{color:var(--accent);font-weight:600}.soft{color:var(--soft)}.mono{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}
.status{display:inline-block;padding:1px 10px;border-radius:99px;font-size:13px;font-weight:600;background:#e4e9f0}
.status.open{background:#fde3df;color:#8c1d0f}.status.contained{background:#fff0cf;color:#6d4700}.status.dispositioned{background:#dcebfb;color:#124a86}.status.closed{background:#dbf1e1;color:#145a2b}
dl{display:grid;grid-template-columns:minmax(140px,220px) 1fr;gap:6px 16px;margin:0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
form{display:flex;flex-wrap:wrap;gap:12px;align-items:end}label{display:grid;gap:3px;font-size:13px;color:var(--soft)}
input,select{font:inherit;color:var(--ink);padding:7px 10px;border:1px solid #aab4c0;border-radius:6px;background:#fff;min-width:130px}
button{font:inherit;font-weight:600;padding:8px 16px;border:0;border-radius:6px;background:var(--accent);color:#fff;cursor:pointer}button.plain{background:#e4e9f0;color:var(--ink)}
:focus-visible{outline:3px solid #f0a500;outline-offset:2px}
.files{display:flex;flex-wrap:wrap;gap:16px}.files figure{margin:0;width:220px}.files img{width:220px;height:150px;object-fit:cover;border:1px solid var(--line);border-radius:6px;background:#eee}.files figcaption{font-size:12px}
.split{display:grid;grid-template-columns:1fr 1fr;gap:16px}.split .card{margin:0}@media(max-width:760px){.split{grid-template-columns:1fr}dl{grid-template-columns:1fr}}
pre{background:#f7f8fa;border:1px solid var(--line);border-radius:6px;padding:12px;overflow:auto;font-size:13px}`;

const page = (
  title: string,
  body: string,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)} · NCR register</title>
<link rel="icon" href="data:,"><style>${style}</style></head><body>
<header><div><strong><a href="/">NCR register</a></strong><a href="/">Records</a><a href="/behaviour">Behaviour</a><a href="/api-docs">API</a></div></header>
<main>${body}</main></body></html>`;

const chip = (status: string): string => `<span class="status ${status}">${words(status)}</span>`;
const field = (ncr: Ncr, name: string): string => escapeHtml(ncr.fields[name] ?? "—");

export function listPage(ncrs: Ncr[], query: URLSearchParams): string {
  const wanted = query.get("status") ?? "";
  const shown = ncrs.filter((ncr) => wanted === "" || ncr.status === wanted);
  const rows = shown.map(
    (
      ncr,
    ) => `<tr><td><a href="/ncrs/${encodeURIComponent(ncr.number)}">${escapeHtml(ncr.number)}</a></td><td>${chip(ncr.status)}</td>
<td>${field(ncr, "title")}</td><td>${field(ncr, "part_number")}<br><span class="soft">${field(ncr, "serial")}</span></td>
<td>${field(ncr, "severity")}</td><td>${ncr.attachments.length || ""}</td><td>${moment(ncr.updated_at)}</td></tr>`,
  );
  const filter = `<form method="get"><label>Status<select name="status">${option("", wanted, "all")}${statuses
    .map((status) => option(status, wanted))
    .join("")}</select></label><button class="plain">Show</button></form>`;
  const table = shown.length
    ? `<table><thead><tr><th>Number</th><th>Status</th><th>Title</th><th>Part / unit</th><th>Severity</th><th>Files</th><th>Changed</th></tr></thead><tbody>${rows.join("")}</tbody></table>`
    : `<p class="soft">No records.</p>`;
  return page(
    "Records",
    `<h1>Nonconformance records</h1><p class="soft">${shown.length} of ${ncrs.length}</p>${filter}<div class="card">${table}</div>`,
  );
}

export function recordPage(ncr: Ncr): string {
  const path = `/ncrs/${encodeURIComponent(ncr.number)}`;
  const fields = Object.entries(ncr.fields).map(
    ([name, value]) => `<dt>${escapeHtml(words(name))}</dt><dd>${linked(value)}</dd>`,
  );
  const files = ncr.attachments.map(
    (
      file,
    ) => `<figure>${file.media_type.startsWith("image/") ? `<a href="${path}/files/${file.sha256}"><img src="${path}/files/${file.sha256}" alt="${escapeHtml(file.name)}"></a>` : `<a href="${path}/files/${file.sha256}">${escapeHtml(file.name)}</a>`}
<figcaption>${escapeHtml(file.name)} · ${file.size} bytes<br><span class="mono soft">${file.sha256.slice(0, 16)}…</span></figcaption></figure>`,
  );
  const comments = ncr.comments.map(
    (comment) =>
      `<dt>${moment(comment.created_at)}</dt><dd>${escapeHtml(comment.text)}\n<span class="soft">${escapeHtml(comment.author)}</span></dd>`,
  );
  return page(
    ncr.number,
    `<h1>${escapeHtml(ncr.number)} ${chip(ncr.status)}</h1><p>${field(ncr, "title")}</p>
<p class="soft">Created ${moment(ncr.created_at)} · version ${ncr.version}<br>External key <span class="mono">${escapeHtml(ncr.external_key ?? "none")}</span></p>
<div class="split">${statusCard(ncr, path)}${dispositionCard(ncr, path)}</div>
<section class="card"><h2>Reported</h2><dl>${fields.join("")}</dl></section>
<section class="card"><h2>Attachments (${files.length})</h2><div class="files">${files.join("") || "<p class='soft'>None.</p>"}</div></section>
<section class="card"><h2>Comments (${comments.length})</h2><dl>${comments.join("") || "<dd class='soft'>None.</dd>"}</dl></section>`,
  );
}

const linked = (value: string): string =>
  /^https?:\/\/\S+$/.test(value)
    ? `<a href="${escapeHtml(value)}">${escapeHtml(value)}</a>`
    : escapeHtml(value);

const statusCard = (ncr: Ncr, path: string): string => `<section class="card"><h2>Status</h2>
<form method="post" action="${path}/status"><label>Status<select name="status">${statuses.map((status) => option(status, ncr.status)).join("")}</select></label><button>Set status</button></form></section>`;

function dispositionCard(ncr: Ncr, path: string): string {
  const rows = ncr.dispositions.map(
    (one) =>
      `<tr><td>${words(one.decision)}</td><td>${escapeHtml(one.quantity)}</td><td>${escapeHtml(one.design_authority ?? "—")}</td><td>${escapeHtml(one.concession ?? "—")}</td></tr>`,
  );
  const table = rows.length
    ? `<table><thead><tr><th>Decision</th><th>Quantity</th><th>Design authority</th><th>Concession</th></tr></thead><tbody>${rows.join("")}</tbody></table>
<form method="post" action="${path}/clear"><button class="plain">Remove all</button></form><hr>`
    : "";
  return `<section class="card"><h2>Dispositions</h2>${table}<form method="post" action="${path}/dispositions">
<label>Decision<select name="decision">${decisions.map((decision) => option(decision, "rework")).join("")}</select></label>
<label>Quantity<input name="quantity" inputmode="decimal" pattern="[0-9]+(\\.[0-9]+)?" value="${field(ncr, "quantity").replace("—", "1")}" required></label>
<label>Design authority<input name="design_authority"></label><label>Concession<input name="concession"></label><button>Add disposition</button></form></section>`;
}

export function behaviourPage(now: Behaviour): string {
  const rows = Object.entries(modes).map(
    ([mode, meaning]) => `<tr><td class="mono">${mode}</td><td>${meaning}</td></tr>`,
  );
  const number = (name: string, label: string, value: number | null): string =>
    `<label>${label}<input name="${name}" inputmode="numeric" value="${value ?? ""}"></label>`;
  const text = (name: string, label: string, value: string): string =>
    `<label>${label}<input name="${name}" value="${escapeHtml(value)}"></label>`;
  return page(
    "Behaviour",
    `<h1>Behaviour</h1><p class="soft">Now: <strong>${now.mode}</strong> for ${now.scope}${now.remaining === null ? "" : `, ${now.remaining} more`}</p>
<section class="card"><form method="post" action="/behaviour">
<label>Mode<select name="mode">${Object.keys(modes)
      .map((mode) => option(mode, now.mode, mode))
      .join("")}</select></label>
<label>Applies to<select name="scope">${scopes.map((scope) => option(scope, now.scope)).join("")}</select></label>
${number("remaining", "How many requests (empty: until changed)", now.remaining)}${number("delay_ms", "Delay (ms)", now.delay_ms)}${text("retry_after", "Retry-After", now.retry_after)}
${text("reason", "Reason of a refusal", now.reason)}${text("ignored_fields", "Ignored fields", now.ignored_fields.join(", "))}${number("search_lag_ms", "Search lag (ms)", now.search_lag_ms)}
<button>Set</button></form></section><section class="card"><table><tbody>${rows.join("")}</tbody></table></section>`,
  );
}

const routes: [string, string][] = [
  [
    "POST /api/ncrs",
    "Makes a record. JSON: title (required), external_key, any further fields as text. 201 with the record, Location and ETag. It does not look for a record of the same external key: that is the caller's part.",
  ],
  [
    "GET /api/ncrs?external_key=…&serial=…&include_closed=1",
    "Search. Closed and void records only with include_closed=1. {ncrs, total}",
  ],
  ["GET /api/ncrs/:number", "One record with its version as ETag."],
  [
    "PUT /api/ncrs/:number",
    "A whole record that another register kept until now: fields, status, dispositions, comments, attachments, version, created_at, updated_at.",
  ],
  [
    "PATCH /api/ncrs/:number",
    "status and dispositions [{decision, quantity, design_authority, concession}]. If-Match with another version: 412.",
  ],
  ["DELETE /api/ncrs/:number", "As an administrator: gone, and its number is not given again."],
  [
    "POST /api/ncrs/:number/merge",
    "into: another number. Whoever asks for this one is given that one from here on.",
  ],
  ["POST /api/ncrs/:number/comments", "text, author, external_key. Adds a comment."],
  [
    "PUT /api/ncrs/:number/attachments/:sha256",
    "The bytes, with Content-Type and X-File-Name. Refused (422) if they have another SHA-256. Again the same: 200, kept once.",
  ],
  [
    "GET /api/ncrs/:number/attachments",
    "{attachments: [{sha256, name, media_type, size, received_at}]}",
  ],
  ["GET /api/ncrs/:number/attachments/:sha256", "What is known of one attachment."],
  [
    "GET /api/changes?since=…&limit=…",
    "{changes: [{sequence, number, version, status}], cursor}: every change since a cursor, oldest first.",
  ],
  [
    "GET, PUT /api/behaviour",
    "How the server misbehaves: mode, scope, remaining, delay_ms, retry_after, reason, ignored_fields, search_lag_ms. What is not named goes back to its default.",
  ],
  [
    "GET /api/admin/count",
    "{ncrs, by_external_key, attachments}: counted from the files of the store.",
  ],
];

export const apiPage = (): string =>
  page(
    "API",
    `<h1>REST API</h1><p>Every request carries <span class="mono">Authorization: Bearer &lt;token&gt;</span>. Answers are JSON; errors are {error}.</p>
<section class="card"><table><tbody>${routes.map(([route, meaning]) => `<tr><td class="mono">${escapeHtml(route)}</td><td>${escapeHtml(meaning)}</td></tr>`).join("")}</tbody></table></section>
<section class="card"><h2>Notices</h2><p>When a status or the dispositions change, a notice goes to the configured URL, signed as standardwebhooks.com says
(webhook-id, webhook-timestamp, webhook-signature), sent again with growing delays until it is answered with 2xx. It names the record; read the record for its content.</p>
<pre>{"type":"ncr.status_changed","timestamp":"2026-03-02T07:00:00.000Z","data":{"number":"NCR-2026-00001","version":3,"status":"contained"}}</pre></section>`,
  );
