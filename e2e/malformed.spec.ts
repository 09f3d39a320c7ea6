import { expect, test } from "./fixtures.ts";
import { doorsOf } from "./support/doors.ts";
import { run } from "./support/run.ts";
import { spoken } from "./support/socket.ts";
import { sameOrigin } from "./support/tablet.ts";

const { host } = new URL(run.origin || "http://127.0.0.1");
const nowhere = {
  traveler: "0",
  defect: "0",
  gage: "0",
  order: "0",
  person: "0",
  stock: "0",
  station: "0",
  requirement: "0",
  message: "0",
  connector: "0",
  rule: "0",
  reconciliation: "0",
  validation: "0",
  drop: "0",
  sha256: "0".repeat(64),
};

const lines = (all: Record<string, string>) =>
  Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
const asking = (start: string, headers: Record<string, string> = {}, body = "") =>
  `${start} HTTP/1.1\r\n${lines({ Host: host, Connection: "close", ...headers })}${
    body === "" ? "" : `Content-Length: ${Buffer.byteLength(body, "latin1")}\r\n`
  }\r\n${body}`;
const json = { ...sameOrigin(run.origin), "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const multipart = { "content-type": "multipart/form-data; boundary=x" };
const action = { origin: run.origin, "next-action": "7".repeat(42), "content-type": "text/plain" };

/** No server has broken, and whatever was answered stays as harmless as every other answer. */
async function expectTurnedAway(what: string, request: string, wanted?: readonly number[]) {
  const { status, headers, body } = await spoken(request);
  const told = `${what}: ${status}`;
  expect(status, told).toBeGreaterThanOrEqual(200);
  expect(status, told).toBeLessThan(500);
  if (wanted) expect(wanted, told).toContain(status);
  expect(headers.get("x-content-type-options"), told).toMatch(/^nosniff/);
  expect(headers.get("referrer-policy"), told).toMatch(/^same-origin/);
  expect(headers.get("x-frame-options"), told).toMatch(/^DENY/);
  expect(headers.get("permissions-policy"), told).toContain("camera=(self)");
  if (status < 300 || status >= 400) {
    expect(headers.get("content-security-policy"), told).toContain("default-src 'none'");
  }
  expect(headers.get("set-cookie") ?? "", told).not.toMatch(/buyoff-/);
  expect(body, told).not.toMatch(/node_modules|\bat .+:\d+:\d+|Error:/);
}

type Case = readonly [what: string, request: string, wanted?: readonly number[]];

const addresses: readonly Case[] = [
  ["half a character", asking("GET /%E0%A4%A"), [400]],
  ["half a character in a file's name", asking("GET /_next/static/%E0%A4%A"), [400]],
  ["half a character behind the API", asking("GET /api/blobs/%E0%A4%A"), [400]],
  ["half a character in a search", asking("GET /travelers?q=%E0%A4%A")],
  ["half a character in a scan", asking("GET /api/floor/find?code=%E0%A4%A"), [401]],
  ["a zero byte", asking("GET /travelers/%00"), [400]],
  ["two slashes", asking("GET //evil.example/"), [400]],
  ["a slash at its end", asking("GET /travelers/"), [308]],
  ["backslashes", asking("GET /\\\\evil.example"), [400]],
  ["steps upward", asking("GET /_next/static/..%2f..%2f..%2fpackage.json"), [404]],
  ["somebody else's address", asking("GET http://evil.example/"), [400]],
  ["a star", asking("OPTIONS *"), [400]],
  ["an address without end", asking(`GET /${"a".repeat(40_000)}`), [431]],
  ["the page of an error", asking("GET /_global-error"), [404]],
];

const heads: readonly Case[] = [
  ["a header without end", asking("GET /", { x: "a".repeat(40_000) }), [431]],
  ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", [400]],
  ["two hosts", asking("GET /", { host: "evil.example" }), [400]],
  ["a host that is none", "GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n", [400]],
  ["forwarded by nobody", asking("GET /travelers", { "x-forwarded-host": "[" }), [307]],
  ["no HTTP", "\x16\x03\x01\r\n\r\n", [400]],
  ["a version to come", "GET / HTTP/9.9\r\n\r\n", [400]],
  ["an expectation", asking("GET /", { expect: "the-moon" }), [417]],
  ["another protocol", asking("GET /sign-in", { connection: "Upgrade", upgrade: "websocket" }), []],
  ["cookies of nobody", asking("GET /travelers", { cookie: "buyoff-desk=%E0%A4%A; =; ;;" }), [307]],
  ["a tablet's cookie", asking("GET /api/floor/queue", { cookie: "buyoff-device=%E0" }), [401]],
  ["a language", asking("GET /sign-in", { "accept-language": ",,;q=z\xff" }), [200]],
  ["a range", asking("GET /stamp.svg", { range: "bytes=999999-" }), [200]],
  ["a condition", asking("GET /stamp.svg", { "if-match": '"x"' }), [200]],
  ["a router's state", asking("GET /sign-in", { rsc: "1", "next-router-state-tree": "{" }), [400]],
];

const bodies: readonly Case[] = [
  ["half JSON", asking("POST /api/devices/enrol", json, "{bad"), [400]],
  ["no text", asking("POST /api/devices/enrol", json, "\xff\xfe"), [400]],
  ["nothing", asking("POST /api/devices/enrol", json), [400]],
  ["more than its length", asking("POST /api/devices/enrol", json, `"${"a".repeat(2e5)}"`), [413]],
  ["a length", asking("POST /api/devices/enrol", { ...json, "content-length": "-1" }), [400]],
  [
    "two lengths",
    asking("POST /api/devices/enrol", {
      ...json,
      "content-length": "2",
      "transfer-encoding": "chunked",
    }),
    [400],
  ],
  [
    "another type",
    asking("POST /api/devices/enrol", { ...json, "content-type": ";=" }, "{}"),
    [403],
  ],
  ["a notice of nobody", asking("POST /api/webhooks/nobody", { "webhook-id": "x" }, "{}"), [401]],
  [
    "a notice that is too long",
    asking("POST /api/webhooks/qms-sandbox", {}, "a".repeat(3e6)),
    [413],
  ],
];

const signIns: readonly Case[] = [
  ["cookies", asking("GET /api/auth/session", { cookie: "next-auth.csrf-token=%E0%A4%A" }), [400]],
  ["another plant", asking("GET /api/auth/signin?callbackUrl=http://["), [400]],
  ["an act that is asked for", asking("GET /api/auth/callback/credentials"), [400]],
  ["half JSON", asking("POST /api/auth/callback/credentials", json, "{bad"), [400]],
  ["no type", asking("POST /api/auth/callback/credentials", {}, "x"), [400]],
  ["objects for texts", asking("POST /api/auth/signin/x", json, '{"callbackUrl":{"a":1}}'), [400]],
  ["a script", asking("POST /api/auth/signout", form, "callbackUrl=javascript:1"), [400]],
  ["garbage in parts", asking("POST /api/auth/signout", multipart, "garbage"), [400]],
];

const acts: readonly Case[] = [
  ["a form that was sent before its page was ready", asking("POST /sign-in", form, "a=1"), [405]],
  ["garbage in parts", asking("POST /sign-in", multipart, "garbage"), [405]],
  ["an act in half JSON", asking("POST /sign-in", action, "{bad"), [400]],
  ["an act without a body", asking("POST /sign-in", action), [400]],
  ["a reference to nothing", asking("POST /sign-in", action, '["$F1"]'), [400]],
  ["depth", asking("POST /sign-in", action, "[".repeat(5000) + "]".repeat(5000)), [400]],
  ["a prototype", asking("POST /sign-in", action, '[{"__proto__":{"a":1}}]'), [400]],
  ["an act in broken parts", asking("POST /sign-in", { ...action, ...multipart }, "x"), [400]],
  ["too much", asking("POST /sign-in", action, `["${"a".repeat(2.5e6)}"]`), [413]],
  ["far too much", asking("POST /sign-in", { ...action, ...multipart }, "a".repeat(12e6)), [413]],
  ["elsewhere", asking("POST /sign-in", { ...action, origin: "http://evil" }, "[]"), [403]],
  ["an origin that is none", asking("POST /sign-in", { ...action, origin: "[" }, "[]"), [403]],
  ["an act of no page", asking("POST /sign-in", action, "[]"), [404, 409]],
];

for (const [where, cases] of Object.entries({ addresses, heads, bodies, signIns, acts })) {
  test(`what can't be read is told so, and nothing breaks: ${where}`, async () => {
    for (const [what, request, wanted] of cases) {
      await expectTurnedAway(what, request, wanted?.length === 0 ? undefined : wanted);
    }
  });
}

test("every way in turns away the methods it doesn't have", async () => {
  const doors = doorsOf(nowhere);
  const taken = (path: string) => doors.filter((of) => of.path === path).map((of) => of.method);
  const paths = [...new Set(doors.map(({ path }) => path)), "/stamp.svg", "/_next/static/x.js"];
  let tried = 0;
  for (const path of paths) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "TRACE"]) {
      const isMissing = path.startsWith("/api/") ? !taken(path).includes(method) : method !== "GET";
      if (!isMissing) continue;
      await expectTurnedAway(`${method} ${path}`, asking(`${method} ${path}`, json, "{}"), [405]);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(150);
});
