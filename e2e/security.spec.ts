import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { APIRequestContext, APIResponse } from "@playwright/test";
import { expectedAt, routeRules } from "#lib/boundary/routes";
import { expect, test } from "./fixtures.ts";
import { rowsCount } from "./support/database.ts";
import { aPicture } from "./support/pictures.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { ask, aTablet, sameOrigin, type Tablet } from "./support/tablet.ts";

const anyId = "00000000-0000-8000-8000-00000000e2e0";
const anyHash = "e2".repeat(32);

/** A door as it is knocked at: its parts in brackets filled with ids that nothing has. */
const doorOf = (way: string) => {
  const [method = "", where = ""] = way.split(" ");
  const at = where
    .replace("[id]", anyId)
    .replace("[sha256]", anyHash)
    .replace("[connector]", "qms-sandbox")
    .replace("/[...missing]", "/nothing-here")
    .replace("[...nextauth]", "csrf");
  return { way, method, at };
};
const doors = Object.keys(routeRules).map(doorOf);
const handlers = doors.filter(({ method }) => method !== "PAGE" && method !== "ACTION");
const pages = doors.filter(({ method }) => method === "PAGE");
const mutating = handlers.filter(
  ({ method, way }) => method !== "GET" && routeRules[way]?.who !== "own",
);

const people = {
  operator: "Marisol Reyes",
  inspector: "Priya Raman",
  supervisor: "Ruth Calloway",
  quality: "Ingrid Maurer",
  manufacturing_engineer: "Owen Tracy",
  customer: "Laurent Dubois",
} as const;

test("every answer carries its headers, and no page may run what is not ours", async ({
  request,
}) => {
  for (const { at, way } of pages) {
    const response = await request.get(at, { maxRedirects: 0 });
    const headers = response.headers();
    const policy = headers["content-security-policy"] ?? "";
    expect(policy, way).toContain("default-src 'none'");
    expect(policy, way).toContain("frame-ancestors 'none'");
    expect(policy, way).toContain("object-src 'none'");
    const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? "'unsafe-inline'";
    expect(scripts, way).not.toMatch(/unsafe|https?:|\*/);
    expect(headers["x-content-type-options"], way).toBe("nosniff");
    expect(headers["referrer-policy"], way).toBeTruthy();
    expect(headers["x-powered-by"], way).toBeUndefined();
  }
  const api = await request.get("/api/health");
  expect(api.headers()["content-security-policy"]).toContain("default-src 'none'");
  expect(api.headers()["x-content-type-options"]).toBe("nosniff");
});

test.describe("whoever knocks meets what the matrix says", () => {
  test("strangers and tablets at every handler", async () => {
    const tablet = await aTablet(run.origin);
    const compared: string[] = [];
    for (const door of handlers) {
      const rule = routeRules[door.way];
      if (!rule || rule.who === "own") continue;
      const expected = expectedAt(rule);
      for (const who of ["stranger", "tablet"] as const) {
        const met = await knock(door, who === "tablet" ? tablet : null);
        compared.push(`${who} at ${door.way}: ${met}`);
        expect(met, `${who} at ${door.way}`).toBe(expected[who]);
      }
    }
    expect(compared.length).toBeGreaterThan(20);
  });

  for (const [role, name] of Object.entries(people)) {
    test(`${role} at every page and every handler`, async ({ page }) => {
      await signInWithBadge(page, name);
      // The tablet's own cookie would open the tablet's doors: here the person stands alone.
      await page.context().clearCookies({ name: "buyoff-device" });
      for (const door of [...pages, ...handlers.filter(({ method }) => method === "GET")]) {
        const rule = routeRules[door.way];
        if (!rule || rule.who === "own") continue;
        const met = await meet(page.request, door.at);
        expect(met, `${role} at ${door.way}`).toBe(expectedAt(rule)[role]);
      }
    });
  }
});

test("a foreign page can change nothing: every variant of a forged request is turned away", async () => {
  const tablet = await aTablet(run.origin);
  const { cookie, headers } = tablet;
  const own: Record<string, string> = { ...headers };
  const without = (name: string) =>
    Object.fromEntries(Object.entries(own).filter(([key]) => key !== name));
  const variants: Record<string, Record<string, string>> = {
    "another origin": { ...own, origin: "https://evil.example" },
    "a null origin": { ...own, origin: "null" },
    "no origin": without("origin"),
    "another site": { ...own, "sec-fetch-site": "cross-site" },
    "a neighbor's site": { ...own, "sec-fetch-site": "same-site" },
    "no header of ours": without("x-buyoff"),
    "a form": { ...own, "content-type": "application/x-www-form-urlencoded" },
    "plain text": { ...own, "content-type": "text/plain" },
  };
  const before = await rowsCount("entries");
  for (const { way, method, at } of mutating) {
    for (const [variant, sent] of Object.entries(variants)) {
      const { status } = await ask(run.origin, at, {
        method,
        headers: { ...sent, cookie },
        body: {},
      });
      expect([400, 403, 415], `${way} with ${variant}: ${status}`).toContain(status);
    }
  }
  expect(await rowsCount("entries")).toBe(before);
});

test("a server action from a foreign page is not executed", async ({ request }) => {
  const dist = run.environment.BUYOFF_DIST || ".next";
  const file = path.resolve(dist, "server/server-reference-manifest.json");
  const manifest = JSON.parse(await readFile(file, "utf8")) as { node: Record<string, unknown> };
  const actions = Object.keys(manifest.node);
  expect(actions.length).toBeGreaterThan(5);
  const before = await rowsCount("entries");
  for (const action of actions) {
    for (const origin of ["https://evil.example", undefined]) {
      const response = await request.post("/sign-in", {
        headers: {
          "next-action": action,
          "content-type": "text/plain;charset=UTF-8",
          ...(origin ? { origin } : {}),
        },
        data: "[{}]",
        maxRedirects: 0,
      });
      expect(await response.text(), `${action} from ${origin}`).not.toContain('"ok":true');
    }
  }
  expect(await rowsCount("entries")).toBe(before);
});

test("only pictures are stored as pictures, and only under their own hash", async () => {
  const tablet = await aTablet(run.origin);
  const picture = aPicture.bytes;
  const html = Buffer.from("<html><script>alert(1)</script></html>");
  const hostile: [string, Buffer, string, string][] = [
    ["another hash", picture, "image/png", anyHash],
    ["a page called a picture", html, "image/png", sha256(html)],
    ["a drawing that runs scripts", svg, "image/svg+xml", sha256(svg)],
    ["a picture with a page behind it", Buffer.concat([picture, html]), "image/png", ""],
    ["more than fits", Buffer.alloc(11 * 1024 * 1024), "image/png", ""],
  ];
  for (const [name, bytes, type, hash] of hostile) {
    const at = `/api/blobs/${hash || sha256(bytes)}`;
    const response = await put(tablet, at, bytes, type);
    const isStored = response.status === 200 && (await response.text()).includes('"ok":true');
    expect(isStored, name).toBe(false);
    const back = await fetch(`${run.origin}${at}`, { headers: { cookie: tablet.cookie } });
    expect(back.headers.get("content-type") ?? "", name).not.toContain("image");
  }
  await aPicture.upload(tablet);
  const back = await fetch(`${run.origin}/api/blobs/${aPicture.body.sha256}`, {
    headers: { cookie: tablet.cookie },
  });
  expect(back.headers.get("content-type")).toBe("image/png");
  expect(back.headers.get("x-content-type-options")).toBe("nosniff");
});

const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const put = (tablet: Tablet, at: string, bytes: Buffer, type: string) =>
  fetch(`${tablet.origin}${at}`, {
    method: "PUT",
    headers: { ...tablet.headers, "content-type": type },
    body: new Uint8Array(bytes),
  });

type Met = "in" | "not_signed_in" | "not_permitted";

async function knock(door: (typeof doors)[number], tablet: Tablet | null): Promise<Met> {
  const headers = { ...sameOrigin(run.origin), ...(tablet ? { cookie: tablet.cookie } : {}) };
  const body = door.method === "GET" ? {} : { body: {} };
  const { status } = await ask(run.origin, door.at, { method: door.method, headers, ...body });
  if (status === 401) return "not_signed_in";
  return status === 403 ? "not_permitted" : "in";
}

async function meet(request: APIRequestContext, at: string): Promise<Met> {
  const response = await request.get(at, { maxRedirects: 0 });
  return metBy(response, at);
}

function metBy(response: APIResponse, at: string): Met {
  const status = response.status();
  if (status === 401 || (response.headers()["location"] ?? "").includes("/sign-in")) {
    return "not_signed_in";
  }
  if (status === 403) return "not_permitted";
  // A page that somebody may not see is, to them, not there; of ids that nothing has that is so for all.
  const isNothing = at.includes(anyId) || at.includes("nothing-here") || at.startsWith("/api/");
  return status === 404 && !isNothing ? "not_permitted" : "in";
}

async function signInWithBadge(page: import("@playwright/test").Page, name: string) {
  const player = new Player(page, run.origin);
  await player.enrol();
  const { badge, pin } = player.badgeOf(name);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Badge and PIN" }).click();
  await page.getByLabel("Badge", { exact: true }).fill(badge);
  await page.getByLabel("PIN", { exact: true }).fill(pin);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("link", { name: "Travelers", exact: true })).toBeVisible();
}
