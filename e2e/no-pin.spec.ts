import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { demoPeople } from "../prisma/seed/people.ts";
import { expect, test } from "./fixtures.ts";
import { entriesOf, rows } from "./support/database.ts";
import { boxesIn, writeNote } from "./support/offline.ts";
import { Player, workOnScreen } from "./support/player.ts";
import { run } from "./support/run.ts";
import { ask, aTablet, sameOrigin } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

/** Nobody's; typed by somebody who missed a key, or took one field for another. */
const mistyped = ["906153", "473016", "615084"] as const;
const pins = [...demoPeople.map(({ pin }) => pin), ...mistyped];

/** A PIN as it is, or as anybody could undo it: a plain hash of six digits is read in a second. */
const shapesOf = (pin: string): string[] => {
  const hashed = (algorithm: string) => [
    createHash(algorithm).update(pin).digest("hex"),
    createHash(algorithm).update(pin).digest("base64url"),
  ];
  const base64 = Buffer.from(pin).toString("base64");
  return [pin, base64, ...["md5", "sha1", "sha256", "sha512"].flatMap(hashed)];
};
const shapes = pins.flatMap(shapesOf);

// Standing alone: six digits inside a hash or a longer number are no PIN. How many milliseconds a tablet has
// counted and how many bytes a file has can be any number.
const alone = (words: readonly string[]) =>
  new RegExp(
    `(?<!"(?:monotonic|bytes|size)": ?)(?<![\\w.+/-])(?:${words.map(RegExp.escape).join("|")})(?![\\w+/])`,
    "g",
  );

const found = (text: string, words: readonly string[]) => text.match(alone(words)) ?? [];

// What a network that is gone makes the browser itself say.
test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED/ });

test.describe("no PIN is kept anywhere", () => {
  let unit: Awaited<ReturnType<typeof aUnit>>;
  let sealed: typeof unit;

  test.beforeAll(async () => {
    unit = await aUnit({ untilBuyoff: "060" });
    sealed = await aUnit({ untilBuyoff: "050" });
  });

  test("of those who signed in and signed at the tablet, and of those who mistyped", async ({
    page,
  }) => {
    const signed = await signedOnScreen(page, unit);
    expect(signed).toBeGreaterThanOrEqual(2);
    await mistype();
    const box = await sealedOnScreen(page, sealed);

    const kept = await keptByBrowser(page);
    expect(Object.keys(kept.stores).sort()).toEqual(
      expect.arrayContaining(["commands", "decisions", "drafts", "kept", "packets", "seals"]),
    );
    const inBrowser = JSON.stringify(kept);
    expect(found(inBrowser, [unit.unit]).length, "the search finds what is there").toBeGreaterThan(
      0,
    );
    expect(found(inBrowser, shapes)).toEqual([]);

    const looked = await columnsWith([unit.unit]);
    expect(looked.hits.length, "the search finds what is there").toBeGreaterThan(2);
    // The box is on the tablet no more, and never came into a table: of it there is a hash.
    expect(inBrowser).not.toContain(box);
    expect((await columnsWith([box])).hits).toEqual([]);
    const { searched, hits } = await columnsWith(shapes);
    expect(searched).toBeGreaterThan(150);
    expect(hits).toEqual([]);
    await expectHashed();
    await expectCleanLogs();
  });
});

/** Badge and PIN, then the signatures of two people on a torque, all by hand. */
async function signedOnScreen(page: Page, unit: { traveler: string; unit: string; order: string }) {
  const player = new Player(page, run.origin);
  const observer = await aTablet(run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  const before = (await entriesOf(unit.traveler)).length;
  await workOnScreen({ player, observer, unit }, ({ type }) => type !== "signBuyoff");
  const entries = (await entriesOf(unit.traveler)).slice(before);
  return entries.filter(({ type }) => type === "buyoff.signed").length;
}

/** Badge and PIN without a network: in a box until the server has opened it, and in no other form. Gives the box. */
async function sealedOnScreen(page: Page, unit: { traveler: string; unit: string; order: string }) {
  const player = new Player(page, run.origin);
  await player.meet();
  await page.getByRole("button", { name: "Back to the queue" }).click();
  await player.open(unit);
  await page.context().setOffline(true);
  await writeNote(page, "Without a network");
  await page.keyboard.press("Escape");
  await expect(page.getByText(/^Off-line/)).toBeVisible();
  await page.getByRole("button", { name: "Open buyoff" }).click();
  await player.seal("Marisol Reyes");
  await expect.poll(() => boxesIn(page)).toBe(1);
  const waiting = JSON.stringify(await keptByBrowser(page));
  expect(found(waiting, shapes)).toEqual([]);
  const [box = ""] = /p256a256gcm\.1\.[\w.-]+/.exec(waiting) ?? [];
  expect(box.length).toBeGreaterThan(500);
  await page.context().setOffline(false);
  await expect.poll(() => boxesIn(page)).toBe(0);
  // What the screen shows next may be on the record after it.
  const told = (await entriesOf(unit.traveler)).map(({ type }) => type);
  expect(told).toContain("buyoff.verified");
  return box;
}

/** What people do with a PIN that they should not: at the wrong door, in the wrong field. */
async function mistype(): Promise<void> {
  const tablet = await aTablet(run.origin);
  const [inPin, inBadge, inNumber] = mistyped;
  const marisol = demoPeople.find(({ name }) => name === "Marisol Reyes");
  const badge = marisol?.badges[0];
  const said = await Promise.all([
    tablet.post("/api/floor/sign-in", { badge: `BDG~${badge?.id}~${badge?.secret}`, pin: inPin }),
    tablet.post("/api/floor/sign-in", { badge: inBadge, pin: inBadge }),
    tablet.post("/api/floor/sign-in", { badge: inBadge, pin: inBadge, extra: { pin: inBadge } }),
    tablet.get(`/api/floor/find?code=${inBadge}`),
  ]);
  for (const { body } of said) expect(body).toMatchObject({ ok: false });
  await atDesk(inNumber);
}

/** Through next-auth, as the form's action does: what was typed as a number is the PIN. */
async function atDesk(pin: string): Promise<void> {
  const asked = await fetch(`${run.origin}/api/auth/csrf`);
  const { csrfToken } = (await asked.json()) as { csrfToken: string };
  const cookie = asked.headers.getSetCookie().map((set) => set.split(";")[0]);
  const answer = await fetch(`${run.origin}/api/auth/callback/credentials`, {
    method: "POST",
    headers: { cookie: cookie.join("; "), origin: run.origin },
    body: new URLSearchParams({
      way: "password",
      employeeNumber: pin,
      password: pin,
      code: "000000",
      json: "true",
      csrfToken,
    }),
  });
  expect(answer.status).toBe(401);
  const headers = sameOrigin(run.origin);
  expect((await ask(run.origin, "/api/floor/sign-in", { headers, body: { pin } })).status).toBe(
    401,
  );
}

/** Everything that a page of ours can leave on a tablet, blobs as text. */
function keptByBrowser(page: Page): Promise<{ stores: Record<string, unknown[]> }> {
  return page.evaluate(async () => {
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const stores: Record<string, unknown[]> = {};
    for (const { name = "" } of await indexedDB.databases()) {
      const db = await asked(indexedDB.open(name));
      for (const store of db.objectStoreNames) {
        const of = db.transaction(store).objectStore(store);
        const [keys, values] = [asked(of.getAllKeys()), asked(of.getAll())];
        stores[store] = [...(await keys), ...(await values)];
      }
      db.close();
    }
    return {
      stores,
      local: { ...localStorage },
      session: { ...sessionStorage },
      cookies: document.cookie,
      caches: await caches.keys(),
      address: location.href,
      history: JSON.stringify(history.state),
    };
  });
}

type Column = { table_name: string; column_name: string; data_type: string };

/** Every column of every table that can hold a text, searched for words that stand alone. */
async function columnsWith(
  words: readonly string[],
): Promise<{ searched: number; hits: Column[] }> {
  const columns = await rows<Column>(
    `select c.table_name, c.column_name, c.data_type from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema not in ('pg_catalog', 'information_schema') and t.table_type = 'BASE TABLE'
       and c.data_type not in ('uuid', 'boolean', 'timestamp with time zone', 'date')
       and not (c.data_type = 'integer' and c.column_name = 'bytes')
     order by 1, 2`,
  );
  const hits: Column[] = [];
  for (const [table, of] of Map.groupBy(columns, ({ table_name }) => table_name)) {
    // The database only sorts out what can't be it: its own search for whole words takes minutes.
    const suspects = await rows<Record<string, string | null>>(
      `select * from (select ${of.map(asText).join(", ")} from "${table}") as suspect
       where suspect::text like any($1)`,
      [words.map((word) => `%${word.replaceAll("_", "\\_")}%`)],
    );
    hits.push(
      ...of.filter(({ column_name }) =>
        suspects.some((row) => found(row[column_name] ?? "", words).length > 0),
      ),
    );
  }
  return { searched: columns.length, hits };
}

const asText = ({ column_name, data_type }: Column) =>
  data_type === "bytea"
    ? `encode("${column_name}", 'escape') as "${column_name}"`
    : `"${column_name}"::text as "${column_name}"`;

/** What is kept of a PIN is Argon2id with a salt of its own. */
async function expectHashed(): Promise<void> {
  const hashes = await rows<{ pin_hash: string }>(
    "select pin_hash from credentials where pin_hash is not null",
  );
  expect(hashes.length).toBeGreaterThanOrEqual(demoPeople.length);
  for (const { pin_hash } of hashes)
    expect(pin_hash).toMatch(/^\$argon2id\$v=19\$m=\d{4,},t=\d+,p=/);
  expect(new Set(hashes.map(({ pin_hash }) => pin_hash)).size).toBe(hashes.length);
}

/** What the server and the worker wrote down while all of this happened. */
async function expectCleanLogs(): Promise<void> {
  if (run.logs === "") {
    test.info().annotations.push({ type: "not looked at", description: "BUYOFF_E2E_LOGS" });
    return;
  }
  const names = await readdir(run.logs);
  expect(names).toEqual(expect.arrayContaining(["web.log", "worker.log"]));
  for (const name of names) {
    expect(found(await readFile(path.join(run.logs, name), "utf8"), shapes), name).toEqual([]);
  }
}
