import { createHash, randomUUID, webcrypto } from "node:crypto";
import type { Page } from "@playwright/test";
import sharp from "sharp";
import { roles } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { expect, test } from "./fixtures.ts";
import { type Crew, crewAt } from "./support/crew.ts";
import { rows } from "./support/database.ts";
import {
  type Door,
  deskCookie,
  deskSignIn,
  doorsOf,
  holderOf,
  type Meets,
  type Named,
} from "./support/doors.ts";
import { aDrop } from "./support/evidence.ts";
import { aPicture } from "./support/pictures.ts";
import { Player } from "./support/player.ts";
import { aReconciliation } from "./support/reconciliation.ts";
import { run } from "./support/run.ts";
import { aTablet, demoKit, sameOrigin, type Tablet } from "./support/tablet.ts";
import { aSerial, units } from "./support/units.ts";
import { aValidation } from "./support/validation.ts";

const { origin } = run;
const knock = (path: string, init: RequestInit = {}) =>
  fetch(`${origin}${path}`, { redirect: "manual", ...init });
const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

let tablet: Tablet;
let crew: Crew;
let named: Named;
let elsewhere: { traveler: string; unit: string };
/** Cookie header of whoever knocks: nobody, the tablet alone, each role at the desk. */
const cookies = new Map<string, string>();

test.beforeAll(async () => {
  tablet = await aTablet(origin);
  crew = await crewAt(tablet);
  await aPicture.upload(tablet);
  const [here, there] = await units([
    { unit: aSerial(), until: "010.2" },
    { unit: aSerial(), site: "NG2" },
  ]);
  if (!here || !there) throw new Error("no units were made");
  elsewhere = there;
  named = {
    traveler: here.traveler,
    defect: await aDefect(here),
    sha256: aPicture.body.sha256,
    ...(await plantOf(here)),
    requirement: await aRequirement(here),
  };
  cookies.set("stranger", "");
  cookies.set("tablet", tablet.cookie);
  for (const role of roles) cookies.set(role, await deskCookie(tablet, await holderOf(role)));
});

/** The first signature of the unit's instruction. */
async function aRequirement({ traveler }: { traveler: string }): Promise<string> {
  const { content } = await tablet.packet(traveler);
  const [first] = content.operations.flatMap(({ buyoffs }) => buyoffs);
  if (!first) throw new Error("the instruction asks for no signature");
  return first.id;
}

/** A gage, the order and a person of the unit's plant. */
async function plantOf({ traveler }: { traveler: string }) {
  const [found] = await rows<{
    gage: string;
    order: string;
    person: string;
    stock: string;
    station: string;
    message: string;
    connector: string;
    rule: string;
  }>(
    `select g.id as gage, o.id as "order", r.person_id as person, k.id as stock, s.id as station,
            m.id as message, m.connector_id as connector, u.id as rule
       from travelers t
       join gages g on g.site_id = t.site_id
       join stock k on k.site_id = t.site_id
       join stations s on s.site_id = t.site_id
       join deliveries m on m.site_id = t.site_id
       join routing_rules u on u.site_id = t.site_id
       join work_orders o on o.site_id = t.site_id and o.number = t.work_order
       join person_roles r on r.site_id = t.site_id
      where t.id = $1 limit 1`,
    [traveler],
  );
  if (!found) throw new Error("the plant has no gage, order or person");
  return {
    ...found,
    reconciliation: await aReconciliation(),
    validation: await aValidation(),
    drop: await aDrop(),
  };
}

/** Logged by hand at the bench, so that there is a defect to knock at. */
async function aDefect({ traveler }: { traveler: string }): Promise<string> {
  const [known] = await rows<{ id: string }>(
    `select d.id from defects d join travelers t on t.id = d.traveler_id
     where t.site_id = (select site_id from travelers where id = $1) limit 1`,
    [traveler],
  );
  if (!known) throw new Error("the demo has no defect");
  return known.id;
}

const cookieOf = (who: string): string => {
  const cookie = cookies.get(who);
  if (cookie === undefined) throw new Error(`nobody is signed in as ${who}`);
  return cookie;
};

test.describe("headers", () => {
  test("stand on every answer: pages, data, photos, files and errors", async () => {
    const page = await (await knock("/")).text();
    const script = /\/_next\/static\/[^"\\]+\.js/.exec(page)?.[0] ?? "";
    expect(script).not.toBe("");
    const files = [script, "/stamp.svg", "/manifest.webmanifest", "/instructions/bolts.svg"];
    const errors = [
      "/no-such-room",
      "/no-such-file.png",
      "/travelers/no-such-thing.html",
      "/_next/static/no-such-script.js",
      "/api/no-such-door",
      "/api/auth/no-such-door",
      `/api/blobs/${"0".repeat(64)}`,
      "/api/floor/travelers/x",
    ];
    const doors = doorsOf(named);
    const paths = [...new Set([...doors.map(({ path }) => path), ...files, ...errors])];
    let seen = 0;
    for (const path of paths) {
      for (const who of ["stranger", "tablet", "quality"]) {
        const answer = await knock(path, { headers: { cookie: cookieOf(who) } });
        await answer.body?.cancel();
        expectGuarded(answer, `GET ${path} as ${who}`);
        seen += 1;
      }
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await knock("/api/commands", { method });
      expectGuarded(answer, `${method} /api/commands`);
    }
    expect(seen).toBeGreaterThan(90);
  });

  test("cookies of ours are for this site's server alone", async () => {
    const { stations } = await demoKit(origin);
    const headers = sameOrigin(origin);
    const publicKey = await aKey();
    const body = JSON.stringify({ code: stations[0]?.enrolmentCode, publicKey, name: "cookies" });
    const enrolled = await knock("/api/devices/enrol", { method: "POST", headers, body });
    const { setCookies } = await deskSignIn(tablet, await holderOf("supervisor"));
    const all = [...enrolled.headers.getSetCookie(), ...setCookies];
    const names = all.map((set) => set.split("=")[0]);
    expect(names).toEqual(expect.arrayContaining(["buyoff-device", "buyoff-desk"]));
    for (const set of all) {
      expect(set).toMatch(/; ?HttpOnly/i);
      expect(set).toMatch(/^buyoff-/.test(set) ? /; ?SameSite=Strict/i : /; ?SameSite=Lax/i);
      expect(set).toMatch(/; ?Path=\//i);
      expect(set).not.toMatch(/; ?Domain=/i);
    }
  });
});

function expectGuarded({ headers, status }: Response, what: string): void {
  const told = `${what}: ${status}`;
  expect(headers.get("x-content-type-options"), told).toBe("nosniff");
  expect(headers.get("referrer-policy"), told).toBe("same-origin");
  expect(headers.get("x-frame-options"), told).toBe("DENY");
  expect(headers.get("x-powered-by"), told).toBeNull();
  expect(headers.get("access-control-allow-origin"), told).toBeNull();
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy, told).toContain("frame-ancestors 'none'");
  expect(policy, told).toContain("default-src 'none'");
  const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? "";
  expect(scripts, told).not.toMatch(/unsafe|\*|https?:|data:/);
}

async function aKey(): Promise<JsonWebKey> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { publicKey } = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return webcrypto.subtle.exportKey("jwk", publicKey);
}

type Violation = { directive: string; blocked: string };
declare global {
  var violated: Violation[];
}

/** What the browser would not let a page do, kept over every page of the tab. */
async function collectViolations(page: Page): Promise<() => Promise<Violation[]>> {
  const all: Violation[] = [];
  await page.exposeFunction("violation", (of: Violation) => all.push(of));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      const tell = (globalThis as unknown as { violation(of: Violation): void }).violation;
      tell({ directive: violatedDirective, blocked: blockedURI });
    });
  });
  return async () => {
    await page.waitForTimeout(50);
    return all;
  };
}

const asCookie = (pair: string) => {
  const at = pair.indexOf("=");
  return { name: pair.slice(0, at), value: pair.slice(at + 1), url: origin };
};

test.describe("content security policy", () => {
  test("nothing of ours offends it, at the floor or at the desk", async ({ page, context }) => {
    const violations = await collectViolations(page);
    const player = new Player(page, origin);
    await player.enrol();
    await player.signIn("Marisol Reyes");
    await page.evaluate((code) => {
      for (const key of [...code, "Enter"]) dispatchEvent(new KeyboardEvent("keydown", { key }));
    }, `TRV~${named.traveler}`);
    await expect(page.getByRole("button", { name: "Back to the queue" })).toBeVisible();
    const pages = doorsOf(named).filter(({ isPage, way }) => isPage && !emptyRooms.includes(way));
    expect(pages.length).toBeGreaterThanOrEqual(13);
    for (const { path, expected } of pages) {
      // Each as somebody who may enter it: quality, and administrators where quality may not.
      const who = expected.quality === "not_permitted" ? "administrator" : "quality";
      await context.addCookies([asCookie(cookieOf(who))]);
      const answer = await page.goto(path);
      expect(answer?.status(), path).toBe(200);
      await expect(page.locator("h1").first()).toBeVisible();
    }
    expect(await violations()).toEqual([]);
  });

  test.describe("a script that somebody plants", () => {
    test.use({ expectedComplaint: /Content Security Policy/ });
    for (const path of ["/floor", "/travelers", "/sign-in"]) {
      test(`does not run: ${path}`, async ({ page, context, complaints }) => {
        await context.addCookies([asCookie(cookieOf("quality"))]);
        const violations = await collectViolations(page);
        await page.goto(path);
        await page.evaluate(plantScripts);
        await page.locator("#bait").click();
        await expect.poll(async () => (await violations()).length).toBeGreaterThanOrEqual(5);
        expect(await page.evaluate(() => Object.hasOwn(globalThis, "planted"))).toBe(false);
        expect(complaints.length).toBeGreaterThan(0);
      });
    }
  });
});

/** As a text would that was put into a page unescaped; the last is a script of another place. */
function plantScripts(): void {
  const markup = document.createElement("div");
  markup.innerHTML = `<img src="data:image/gif,no" onerror="globalThis.planted = 2">
    <a id="bait" style="position:fixed;inset:0 auto auto 0;z-index:9999;background:red"
      onclick="globalThis.planted = 3" href="javascript:globalThis.planted = 4">here</a>
    <iframe srcdoc="<script>parent.planted = 5</script>" hidden></iframe>
    <img src="https://example.invalid/pixel.gif">`;
  document.body.append(markup);
  // What a script of ours would insert for somebody: trusted to insert, not to say what runs.
  const inline = document.createElement("script");
  inline.textContent = "globalThis.planted = 6";
  document.body.append(inline);
}

test.describe("route and role", () => {
  test("everybody meets at every page and handler what the table says", async () => {
    const doors = doorsOf(named).filter(({ isOwn }) => !isOwn);
    const met: Record<Meets, number> = { in: 0, not_signed_in: 0, not_permitted: 0 };
    const wrong: string[] = [];
    for (const door of doors) {
      for (const [who, expected] of Object.entries(door.expected)) {
        const meets = await meetsAt(door, who);
        met[expected] += 1;
        if (meets !== expected) wrong.push(`${door.way} as ${who}: ${meets}, not ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(Object.keys(doors[0]?.expected ?? {})).toHaveLength(roles.length + 2);
    expect(met.in).toBeGreaterThan(100);
    expect(met.not_signed_in).toBeGreaterThan(60);
    expect(met.not_permitted).toBeGreaterThan(15);
  });

  test("nor does a page's data come by another way than the page", async () => {
    const pages = doorsOf(named).filter(({ isPage, isPublic }) => isPage && !isPublic);
    let tried = 0;
    for (const { path, expected, way } of pages) {
      const shut = Object.entries(expected).filter(([, meets]) => meets !== "in");
      for (const [who] of shut) {
        for (const headers of byParts) {
          const text = await inParts(path, { ...headers, cookie: cookieOf(who) });
          const told = `${way} as ${who} by ${JSON.stringify(headers)}`;
          for (const kept of marks) expect(text, told).not.toContain(kept);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(60);
    const inside = await inParts("/travelers", { rsc: "1", cookie: cookieOf("quality") });
    expect(inside, "who may, is told").toContain("4471-2210");
  });
});

// Next sends such a request on to an address with a mark of its own; whoever asks follows.
const inParts = async (path: string, headers: Record<string, string>): Promise<string> =>
  (await knock(path, { headers, redirect: "follow" })).text();

/** Something that stands on each of the shut pages: part, person, station, tablet. */
const marks = ["4471-2210", "20417", "ASM-1", "test tablet"];

/** How the browser asks for parts of pages. */
const byParts: readonly Record<string, string>[] = [
  { rsc: "1" },
  { rsc: "1", "next-router-prefetch": "1" },
  { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" },
  { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
];

/** Open to everybody, and nothing there: a plant that is set up is not set up again. */
const emptyRooms = ["PAGE /[...missing]", "PAGE /set-up"];

async function meetsAt(door: Door, who: string): Promise<Meets | string> {
  const headers = { ...sameOrigin(origin), cookie: cookieOf(who) };
  const isRead = door.method === "GET";
  const answer = await knock(door.path, {
    method: door.method,
    headers: isRead ? { cookie: headers.cookie } : headers,
    // Nothing that any door would act on: it is only about being let in.
    ...(isRead ? {} : { body: "{}" }),
  });
  if (!door.isPage) return metOf(answer);
  const text = await answer.text();
  if (answer.status === 307)
    return answer.headers.get("location")?.split("?")[0] === "/sign-in" ? "not_signed_in" : text;
  if (emptyRooms.includes(door.way)) return answer.status === 404 ? "in" : text;
  if (answer.status === 404) return text.includes("4471-2210") ? text : "not_permitted";
  return answer.status === 200 ? "in" : `status ${answer.status}`;
}

async function metOf(answer: Response): Promise<Meets | string> {
  const { status } = answer;
  if (status === 200 || status === 400 || status === 415) {
    // What is a stream would go on for as long as somebody listens.
    await answer.body?.cancel();
    return "in";
  }
  // A door for other systems answers with a problem, whose code stands at its top (RFC 9457).
  const { error, code = error?.code } = (await answer.json()) as {
    error?: { code: Meets };
    code?: Meets;
  };
  if (status === 401 && code === "not_signed_in") return "not_signed_in";
  if (status === 403 && code === "not_permitted") return "not_permitted";
  return `${status} ${code}`;
}

/** What a foreign page can make a browser send, cookies and all. */
const hostile: Readonly<Record<string, Record<string, string | null>>> = {
  "a foreign origin": { origin: "https://evil.example", "sec-fetch-site": null },
  "a foreign origin that hides": { origin: "null", "sec-fetch-site": null },
  "a look-alike origin": { origin: `${origin}.evil.example`, "sec-fetch-site": null },
  "no origin, cross-site": { origin: null, "sec-fetch-site": "cross-site" },
  "our origin, but cross-site": { "sec-fetch-site": "cross-site" },
  "a neighbor": { "sec-fetch-site": "same-site" },
  "a form": { "content-type": "text/plain" },
  "no header of ours": { "x-buyoff": null },
};

type Sent = { path?: string; body: BodyInit; type?: string };
type Made = { device?: string; nonce?: string };

/** As an authenticator answers: well formed, and nothing of it right. */
const strangeAnswer = {
  id: "A".repeat(27),
  rawId: "A".repeat(27),
  type: "public-key",
  response: { clientDataJSON: "e30", attestationObject: "oA", transports: ["usb"] },
};

/** For each door something that it would do at once, were it asked by a page of ours. */
const asks: Readonly<Record<string, (made: Made) => Promise<Sent>>> = {
  "POST /api/devices/enrol": async () => {
    const { stations } = await demoKit(origin);
    const code = stations.find((of) => of.code === "ASM-1")?.enrolmentCode;
    return json({ code, publicKey: await aKey(), name: guestName });
  },
  "POST /api/devices/challenge": async () => json({ device: tablet.session.device.id }),
  "POST /api/devices/session": async () => {
    const challenge = { device: tablet.session.device.id };
    const { body } = await tablet.post<{ nonce?: string; value?: { nonce: string } }>(
      "/api/devices/challenge",
      challenge,
    );
    const nonce = body.nonce ?? body.value?.nonce;
    return json({ ...challenge, nonce, signature: "A".repeat(86) });
  },
  "POST /api/floor/sign-in": async () => {
    const { badge, pin } = crew.badgeOf("Dwayne Okafor");
    return json({ badge, pin });
  },
  "POST /api/sign": async () => {
    const { badge, pin } = crew.badgeOf("Dwayne Okafor");
    const { person } = await crew.person("Dwayne Okafor");
    const contentSha256 = "1".repeat(64);
    return json({ command: uuidv7(), contentSha256, badge, pin, person: person.id });
  },
  "POST /api/floor/passkeys/ask": async () => {
    const { badge, pin } = crew.badgeOf("Dwayne Okafor");
    const { person } = await crew.person("Dwayne Okafor");
    return json({ badge, pin, person: person.id });
  },
  // An answer to a question that nobody asked: nothing is enrolled, and nothing is to be seen of it.
  "POST /api/floor/passkeys": async () => json({ name: "Blue key", answer: strangeAnswer }),
  "POST /api/floor/passkeys/withdraw": async () => {
    const { badge, pin } = crew.badgeOf("Dwayne Okafor");
    const { person } = await crew.person("Dwayne Okafor");
    return json({ badge, pin, person: person.id, passkey: uuidv7(), reason: "Lost" });
  },
  // Of an act that nobody knows: its box is not even looked into, and nothing is to be seen of it.
  "POST /api/sign/sealed": async () =>
    json({ command: uuidv7(), traveler: named.traveler, sealed: "A".repeat(400) }),
  "POST /api/commands": async () => {
    const dwayne = await crew.person("Dwayne Okafor");
    const packet = await tablet.packet(named.traveler);
    const note = { step: null, text: "said by a page of ours" };
    const envelope = tablet.envelope(dwayne, packet, "addNote", note);
    return json({ protocol: 1, commands: [envelope] });
  },
  "POST /api/documents": async () => ({ body: paper, type: "application/pdf" }),
  "POST /api/floor/end-period": async () => json({ why: "lock" }),
  "PUT /api/blobs/[sha256]": async () => {
    const bytes = await aPhoto();
    return { path: `/api/blobs/${sha256Of(bytes)}`, body: bytes, type: "image/png" };
  },
};
const guestName = `guest ${randomUUID()}`;
const paper = `%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\n% ${randomUUID()}\ntrailer <</Root 1 0 R>>\n%%EOF\n`;
const json = (body: unknown): Sent => ({ body: JSON.stringify(body) });
const aPhoto = async (): Promise<Uint8Array<ArrayBuffer>> => {
  const [r, g, b] = webcrypto.getRandomValues(new Uint8Array(3));
  const background = { r: r ?? 0, g: g ?? 0, b: b ?? 0 };
  const picture = sharp({ create: { width: 64, height: 48, channels: 3, background } });
  return new Uint8Array(await picture.png().toBuffer());
};

test.describe("requests from foreign pages", () => {
  test("change nothing, whatever they ask of a handler and whoever's cookies they bring", async () => {
    // What a token opens, no cookie does: a foreign page has nothing to bring there.
    const mutating = doorsOf(named).filter(
      ({ method, isOwn, isForTokens }) => method !== "GET" && !isOwn && !isForTokens,
    );
    expect(mutating.map(({ way }) => way).sort()).toEqual(Object.keys(asks).sort());
    const jar = `${tablet.cookie}; ${cookieOf("quality")}`;
    let refused = 0;
    for (const { way, method, path } of mutating) {
      const sent = await asks[way]?.({});
      if (!sent) throw new Error(`${way}: nothing to ask`);
      const at = sent.path ?? path;
      const before = await traces();
      const isRefused = async (what: string, change: Record<string, string | null>) => {
        const headers = headersOf(sent, jar, change);
        const answer = await knock(at, { method, headers, body: sent.body });
        expect([400, 403, 415], `${way}, ${what}`).toContain(answer.status);
        expect(answer.headers.getSetCookie(), `${way}, ${what}`).toEqual([]);
        refused += 1;
      };
      // A file has a type of its own: by its type alone it is from a page of ours, and says that somebody is there.
      const isFile = sent.type !== undefined;
      for (const [what, change] of Object.entries(hostile)) {
        const ofForm = isFile && what === "a form" ? { "x-buyoff": null } : {};
        await isRefused(what, { ...change, ...ofForm });
      }
      expect(await traces(), `${way} left a trace`).toEqual(before);
      if (isFile) await isRefused("a type that is no file's", { "content-type": "text/plain" });
      const beyondPresence = ({ desk_sessions: _, ...all }: Record<string, string>) => all;
      const still = beyondPresence(await traces());
      expect(still, `${way} left a trace`).toEqual(beyondPresence(before));
      const headers = headersOf(sent, jar, {});
      const answer = await knock(at, { method, headers, body: sent.body });
      expect(answer.status, `${way} from a page of ours`).toBe(200);
      const acts = !/challenge|session|sealed|passkeys/.test(way);
      if (acts) expect(beyondPresence(await traces()), `${way} does something`).not.toEqual(still);
    }
    const files = mutating.filter(({ way }) => /^(PUT .api.blobs|POST .api.documents)/.test(way));
    expect(refused).toBe(mutating.length * Object.keys(hostile).length + files.length);
  });

  test("nor does next-auth, without its token, sign anybody in or out", async () => {
    const who = await holderOf("customer");
    const { session } = await deskSignIn(tablet, who, { csrfToken: "0".repeat(64) });
    expect(session).toBeNull();
    const cookie = await deskCookie(tablet, who);
    const headers = { cookie, origin: "https://evil.example" };
    await knock("/api/auth/signout", { method: "POST", headers, body: new URLSearchParams() });
    expect((await knock("/travelers", { headers: { cookie } })).status).toBe(200);
  });

  test("nor a webhook without its signature", async () => {
    const headers = { "content-type": "application/json", cookie: cookieOf("quality") };
    // Named by this test alone: the register itself sends notices at any time.
    const subject = `NCR-${randomUUID()}`;
    for (const signed of [{}, signatureOf("v1,AAAA"), signatureOf("")]) {
      const answer = await knock("/api/webhooks/qms-sandbox", {
        method: "POST",
        headers: { ...headers, ...signed },
        body: JSON.stringify({ subject }),
      });
      expect(answer.status).toBe(401);
    }
    const kept = "select from webhook_receipts r where r::text like $1";
    expect(await rows(kept, [`%${subject}%`])).toEqual([]);
  });

  test("nor a server action that is sent again from elsewhere", async ({ page, context }) => {
    const who = await holderOf("supervisor");
    const [first, second] = [await deskCookie(tablet, who), await deskCookie(tablet, who)];
    await context.addCookies([asCookie(first)]);
    await page.goto("/travelers");
    // Or it would ask for what is live only once nobody is signed in.
    await expect(page.locator("[data-live=live]")).toBeVisible();
    const asked = page.waitForRequest((request) => "next-action" in request.headers());
    await page.getByRole("button", { name: "Sign out" }).click();
    const action = await asked;
    const again = (change: Record<string, string>) => {
      const { cookie: _, origin: __, host: ___, ...headers } = action.headers();
      const all = { ...headers, cookie: second, ...change };
      delete (all as Record<string, string>)["content-length"];
      return knock("/travelers", { method: "POST", headers: all, body: action.postData() ?? "" });
    };
    const isIn = async () =>
      (await knock("/travelers", { headers: { cookie: second } })).status === 200;
    for (const change of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site", origin },
      {},
    ]) {
      await again(change as Record<string, string>);
      expect(await isIn(), JSON.stringify(change)).toBe(true);
    }
    await again({ origin, "sec-fetch-site": "same-origin" });
    expect(await isIn(), "a page of ours signs out").toBe(false);
  });
});

const signatureOf = (signature: string): Record<string, string> => ({
  "webhook-id": randomUUID(),
  "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
  "webhook-signature": signature,
});

function headersOf(
  { type = "application/json" }: Sent,
  cookie: string,
  change: Record<string, string | null>,
): Record<string, string> {
  const all = { ...sameOrigin(origin), "content-type": type, cookie, ...change };
  return Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== null),
  );
}

/** Every row of every table that has to do with this test's tablet, unit, guest or paper. */
async function traces(): Promise<Record<string, string>> {
  const tables = await rows<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
  );
  const sent = sha256Of(new TextEncoder().encode(paper));
  const mine = [tablet.session.device.id, named.traveler, guestName, sent].map((of) => `%${of}%`);
  // The worker moves rows of its own at any time: what a request adds shows in the record itself.
  const quiet = tables.filter(({ name }) => !/^(routing_|deliver|external_)/.test(name));
  const each = quiet.map(
    ({ name }) =>
      `select '${name}' as name, count(*) || ' ' || coalesce(md5(string_agg(row::text, ' ' order by row::text)), '') as rows
       from "${name}" as row where row::text like any($1)`,
  );
  const found = await rows<{ name: string; rows: string }>(each.join(" union all "), [mine]);
  return Object.fromEntries(found.map((of) => [of.name, of.rows]));
}

test.describe("uploads", () => {
  test("only a photo that is what it says is kept", async () => {
    const good = await aPhoto();
    const html = new TextEncoder().encode("<!doctype html><script>alert(1)</script>");
    const svg = new TextEncoder().encode(
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    );
    const refused: readonly [string, Uint8Array<ArrayBuffer>, string, string?][] = [
      ["HTML that says it is a PNG", html, "image/png"],
      ["HTML", html, "text/html"],
      ["HTML behind a PNG's head", joined(good.subarray(0, 8), html), "image/png"],
      ["HTML behind a whole PNG", joined(good, html), "image/png"],
      ["an SVG", svg, "image/svg+xml"],
      ["an SVG that says it is a PNG", svg, "image/png"],
      ["a PNG that says it is a JPEG", good, "image/jpeg"],
      ["a PNG under another's hash", good, "image/png", "a".repeat(64)],
      ["one byte more than ten mebibytes", new Uint8Array(10 * 1024 * 1024 + 1), "image/png"],
    ];
    for (const [what, bytes, type, sha256 = sha256Of(bytes)] of refused) {
      const answer = await upload(bytes, type, sha256);
      expect([400, 413, 415], what).toContain(answer.status);
      const there = await knock(`/api/blobs/${sha256}`, { headers: { cookie: tablet.cookie } });
      expect(there.status, what).toBe(404);
    }
    expect((await upload(good, "image/png", sha256Of(good))).status).toBe(200);
    const shown = await knock(`/api/blobs/${sha256Of(good)}`, {
      headers: { cookie: tablet.cookie },
    });
    expect(shown.headers.get("content-type")).toBe("image/png");
    expect(shown.headers.get("content-disposition")).toMatch(/^inline; filename="[0-9a-f]+\.png"$/);
    expect(shown.headers.get("content-security-policy")).toContain("sandbox");
    expect(sha256Of(new Uint8Array(await shown.arrayBuffer()))).toBe(sha256Of(good));
  });
});

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const upload = (body: Uint8Array<ArrayBuffer>, type: string, sha256: string) =>
  knock(`/api/blobs/${sha256}`, {
    method: "PUT",
    headers: { ...sameOrigin(origin), "content-type": type, cookie: tablet.cookie },
    body,
  });

test.describe("another site's traveler", () => {
  test("is answered exactly like one that is not there", async () => {
    const nowhere = uuidv7();
    const unit = aSerial();
    const alike = [
      ["tablet", (id: string) => `/api/floor/travelers/${id}`],
      ["tablet", (id: string) => `/api/floor/find?code=TRV~${id}`],
      ["quality", (id: string) => `/travelers/${id}`],
      ["quality", (id: string) => `/travelers/${id}/entries`],
    ] as const;
    for (const [who, path] of alike) {
      const [there, never] = [
        await heard(path(elsewhere.traveler), who, elsewhere.traveler),
        await heard(path(nowhere), who, nowhere),
      ];
      expect(there, path("<id>")).toEqual(never);
    }
    const bySerial = [elsewhere.unit, unit].map((code) =>
      heard(`/api/floor/find?code=${code}`, "tablet", code),
    );
    const [found, missing] = await Promise.all(bySerial);
    expect(found).toEqual(missing);
    const own = await heard(`/travelers/${named.traveler}`, "quality", named.traveler);
    expect(own.status, "one of ours is shown").toBe(200);
  });

  test("takes no command from here", async () => {
    const marisol = await crew.person("Marisol Reyes");
    const packet = await tablet.packet(named.traveler);
    const saidTo = async (id: string) => {
      const at = { ...packet, state: { ...packet.state, id } };
      const body = { step: null, text: "hello" };
      const [verdict] = await tablet.send([tablet.envelope(marisol, at, "addNote", body)]);
      return { ...verdict, id: "" };
    };
    const count = () =>
      rows("select count(*) from entries where stream_id = $1", [elsewhere.traveler]);
    const before = await count();
    const [there, never] = [await saidTo(elsewhere.traveler), await saidTo(uuidv7())];
    expect(there).toEqual(never);
    expect(there).not.toMatchObject({ verdict: "applied" });
    expect(await count()).toEqual(before);
  });
});

/** An answer without the id that was asked for and without Next's scripts, which differ at every asking. */
async function heard(path: string, who: string, id: string) {
  const answer = await knock(path, { headers: { cookie: cookieOf(who) } });
  const text = await answer.text();
  if (answer.status !== 200) expect(text).not.toMatch(/4471-2210|NG2/);
  // What a person can read in it: Next's own chunks differ from one answer to the next.
  const words = text
    .replaceAll(id, "<id>")
    .replaceAll(/<(script|style)\b[\s\S]*?<\/\1>/g, "")
    .replaceAll(/<[^>]*>/g, " ");
  return { status: answer.status, text: words.replaceAll(/\s+/g, " ").trim() };
}
