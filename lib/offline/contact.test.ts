import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ASK_EVERY_MS, keepInTouch } from "./contact.ts";
import { type Core, emptyView, type TabletView } from "./core.ts";
import type { Answer } from "./server.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function aTablet(phase: TabletView["phase"]) {
  let view: TabletView = { ...emptyView, phase };
  let says: Answer<unknown> = { kind: "ok", value: true };
  const asked: string[] = [];
  const core = {
    server: {
      get: async (path: string) => {
        asked.push(path);
        return says;
      },
    },
    view: () => view,
    set: (patch: Partial<TabletView>) => {
      view = { ...view, ...patch };
    },
  } as unknown as Core;
  const stopping = new AbortController();
  keepInTouch(core, stopping.signal);
  return {
    core,
    asked,
    stop: () => stopping.abort(),
    server: (answer: Answer<unknown>) => {
      says = answer;
    },
  };
}

const aWhile = () => vi.advanceTimersByTimeAsync(ASK_EVERY_MS);

test("a locked tablet says that the server is gone, and that it is there again, though nobody touches it", async () => {
  const { core, server, stop } = aTablet("locked");
  server({ kind: "silence" });
  await aWhile();
  expect(core.view().online).toBe(false);
  server({ kind: "ok", value: true });
  await aWhile();
  expect(core.view().online).toBe(true);
  stop();
});

test("where somebody is at work, or nobody has enrolled the tablet, it asks nothing of its own", async () => {
  for (const phase of ["ready", "not_enrolled", "starting"] as const) {
    const { asked, stop } = aTablet(phase);
    await aWhile();
    expect(asked).toEqual([]);
    stop();
  }
});

test("once stopped it asks no more", async () => {
  const { asked, stop } = aTablet("locked");
  stop();
  await aWhile();
  expect(asked).toEqual([]);
});
