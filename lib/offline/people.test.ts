import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import { uuidv7 } from "#lib/kit/ids";
import { momentOfAct } from "#lib/travelers/acts.rules";
import { type Core, clockNow, emptyView, type TabletView } from "./core.ts";
import { keep, openMemory } from "./memory.ts";
import { signIn } from "./people.ts";
import type { Answer, Server } from "./server.ts";
import type { SignIn } from "./wire.schema.ts";

const granted = "2026-03-02T07:00:03.366Z";
const answered = "2026-03-02T07:00:03.640Z";
const acted = "2026-03-02T07:00:03.990Z";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

async function aTablet(signedIn: Partial<SignIn>) {
  const db = await openMemory();
  let view: TabletView = { ...emptyView, phase: "locked" };
  let now = answered;
  const server: Server = {
    get: async () => ({ kind: "silence" }),
    post: async <T>() => ({ kind: "ok", value: signedIn as T }) satisfies Answer<T>,
    putPart: async () => ({ kind: "silence" }),
  };
  const core: Core = {
    db,
    server,
    bootId: uuidv7(),
    nowMs: () => Date.parse(now),
    view: () => view,
    set: (patch) => {
      view = { ...view, ...patch };
    },
    wake: () => {},
  };
  return { core, pass: (until: string) => (now = until) };
}

test("what somebody does right after signing in is never of before their grant, however slow the network was", async () => {
  const { core, pass } = await aTablet({
    person: { id: uuidv7() } as SignIn["person"],
    grant: "signed",
    notAfter: "2026-03-02T19:00:03.366Z",
    serverTime: granted,
  });
  // The last answer took so long that its time lay far behind when it arrived.
  await keep(core.db, "clock", { lastServerContact: "2026-03-02T06:59:57.873Z", skew: -637 });
  await signIn(core, "BDG~x", "123456");
  pass(acted);
  const { nowMs, monotonicMs, bootId, lastServerContact, skew } = await clockNow(core);
  const clock = {
    wall: new Date(nowMs).toISOString(),
    monotonic: monotonicMs,
    bootId,
    lastServerContact,
    skew,
  };
  expect(
    momentOfAct({ clock, at: null, sent: null }, "2026-03-02T07:00:05.000Z").at >= granted,
  ).toBe(true);
});
