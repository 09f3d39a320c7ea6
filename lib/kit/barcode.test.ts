import { describe, expect, test } from "vitest";
import { emptyWedge, parseScan, type Wedge, wedge } from "./barcode.ts";

describe("a label", () => {
  test("of a badge keeps its whole text for sign-in", () => {
    expect(parseScan("BDG~77~s3cret")).toEqual({
      kind: "badge",
      text: "BDG~77~s3cret",
      badge: "77",
    });
  });
  test("of a component names serial or lot, never both", () => {
    expect(parseScan("CMP~4471-2211-1~S~BR-20118")).toMatchObject({
      kind: "component",
      part: "4471-2211-1",
      serial: "BR-20118",
      lot: null,
    });
    expect(parseScan("CMP~PS-B2~L~L-77\n")).toMatchObject({ serial: null, lot: "L-77" });
  });
  test("of a gage and of a traveler are told apart", () => {
    expect(parseScan("GAG~TW-0209")).toMatchObject({ kind: "gage", code: "TW-0209" });
    expect(parseScan("TRV~019A0000-0000-7000-8000-000000000001")).toMatchObject({
      kind: "traveler",
      id: "019a0000-0000-7000-8000-000000000001",
    });
  });
  test.each([
    "TRV~FSB-0118",
    "CMP~4471~X~1",
    "CMP~4471~S~",
    "BDG~77",
    "GAG~",
    "FSB-0118",
    "BDG~a~b~c",
  ])("that is not exactly ours is plain text: %s", (text) =>
    expect(parseScan(text).kind).toBe("plain"),
  );
});

const type = (keys: string[], gapMs: number) => {
  let state: Wedge = emptyWedge;
  let scanned: string | null = null;
  for (const [index, key] of keys.entries()) {
    const after = wedge(state, { key, atMs: 1000 + index * gapMs });
    state = after.wedge;
    scanned = after.scanned ?? scanned;
  }
  return scanned;
};

describe("a keyboard-wedge reader", () => {
  test("is heard without focus when its keys come fast and end with Enter", () => {
    expect(type([..."BDG~77~s3cret", "Enter"], 8)).toBe("BDG~77~s3cret");
  });
  test("is not taken for a person typing", () => {
    expect(type([..."BDG~77~s3cret", "Enter"], 140)).toBeNull();
  });
  test("may hold Shift for its capitals", () => {
    expect(type(["Shift", "T", "W", "-", "0", "2", "Enter"], 5)).toBe("TW-02");
  });
  test("starts over after a person's stray key", () => {
    let state: Wedge = wedge(emptyWedge, { key: "x", atMs: 0 }).wedge;
    let scanned: string | null = null;
    for (const [index, key] of [..."TW-0209", "Enter"].entries()) {
      const after = wedge(state, { key, atMs: 900 + index * 6 });
      state = after.wedge;
      scanned = after.scanned ?? scanned;
    }
    expect(scanned).toBe("TW-0209");
  });
});
