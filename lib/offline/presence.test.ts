import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import { uuidv7 } from "#lib/kit/ids";
import { type Core, emptyView, type TabletView } from "./core.ts";
import { openMemory } from "./memory.ts";
import { lock, signIn } from "./people.ts";
import { goOn, touched } from "./presence.ts";
import type { Answer, Server } from "./server.ts";
import type { SignIn } from "./wire.schema.ts";

const minute = 60_000;
const start = Date.parse("2026-03-02T07:00:00.000Z");
const granted = {
  grant: "signed",
  person: { id: uuidv7(), name: "Ana" } as SignIn["person"],
  notAfter: "2026-03-02T19:00:00.000Z",
  idleMinutes: 2,
} satisfies SignIn;

let now = start;
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  now = start;
});

/** The same disk under a new start of the page. */
async function aStart() {
  const db = await openMemory();
  let view: TabletView = { ...emptyView, phase: "locked" };
  const told: string[] = [];
  const server: Server = {
    get: async () => ({ kind: "silence" }),
    post: async <T>() => ({ kind: "ok", value: granted as T }) satisfies Answer<T>,
    putPart: async () => ({ kind: "silence" }),
  };
  const core: Core = {
    db,
    server,
    bootId: uuidv7(),
    nowMs: () => now,
    view: () => view,
    set: (patch) => {
      view = { ...view, ...patch };
    },
    wake: () => {},
    tellOthers: (word) => told.push(word),
  };
  return { core, told };
}

test("whoever was at work goes on after a new start, and signs with badge and PIN again", async () => {
  const { core } = await aStart();
  await signIn(core, "BDG~x", "123456");
  core.set({ signedIn: { ...granted, hasSigned: true } });
  now = start + 1.9 * minute;
  const again = await aStart();
  await goOn(again.core);
  expect(again.core.view()).toMatchObject({
    phase: "ready",
    signedIn: { person: { name: "Ana" }, grant: "signed", hasSigned: false },
  });
});

test("each touch counts anew: it is the idle time that a new start keeps", async () => {
  const { core } = await aStart();
  await signIn(core, "BDG~x", "123456");
  now = start + 1.5 * minute;
  await touched(core);
  now = start + 3 * minute;
  const again = await aStart();
  await goOn(again.core);
  expect(again.core.view().phase).toBe("ready");
});

test.each([
  ["the tablet would have locked by itself", start + 2 * minute],
  ["the clock was set back behind the last touch", start - minute],
  ["the grant has ended", Date.parse(granted.notAfter)],
])("nobody goes on where %s", async (_why, at) => {
  const { core } = await aStart();
  await signIn(core, "BDG~x", "123456");
  if (at === Date.parse(granted.notAfter)) {
    now = at - minute;
    await touched(core);
  }
  now = at;
  const again = await aStart();
  await goOn(again.core);
  expect(again.core.view()).toMatchObject({
    phase: "locked",
    signedIn: null,
    lockedFrom: { name: "Ana" },
  });
});

test.each(["lock", "sign_out", "idle"] as const)("nobody goes on after %s", async (why) => {
  const { core } = await aStart();
  await signIn(core, "BDG~x", "123456");
  await lock(core, why);
  const again = await aStart();
  await goOn(again.core);
  expect(again.core.view()).toMatchObject({ phase: "locked", signedIn: null });
});

test("a screen that is locked is locked in every tab, one that nobody touches says nothing of the others", async () => {
  const { core, told } = await aStart();
  await signIn(core, "BDG~x", "123456");
  await lock(core, "idle");
  expect(told).toEqual([]);
  await signIn(core, "BDG~x", "123456");
  await lock(core, "sign_out");
  expect(told).toEqual(["locked"]);
});
