import { describe, expect, it } from "vitest";
import { instant } from "#lib/kit/time";
import { isCopied, isWithdrawnBefore, type PasskeyUse, relyingPartyOf } from "./passkeys.rules.ts";

describe("what passkeys are bound to", () => {
  it("is the name in the plant's address, over https", () => {
    expect(relyingPartyOf("https://buyoff.example:8443")).toEqual({
      id: "buyoff.example",
      origin: "https://buyoff.example:8443",
    });
  });

  it("is localhost on the machine itself, whichever way its address is written", () => {
    const origin = "http://localhost:3000";
    for (const address of [origin, "http://127.0.0.1:3000", "http://[::1]:3000"]) {
      expect(relyingPartyOf(address), address).toEqual({ id: "localhost", origin });
    }
  });

  it("is nothing where no browser knows passkeys: a number, or plain http", () => {
    for (const address of [
      "https://192.168.1.20:3000",
      "https://[fd00::1]",
      "http://buyoff.example",
    ]) {
      expect(relyingPartyOf(address), address).toBeNull();
    }
  });
});

const minute = (at: number) => instant(Date.UTC(2026, 0, 5, 6, at));
const use = (count: number, from: number, to = from): PasskeyUse => ({
  count,
  earliest: minute(from),
  latest: minute(to),
});

describe("a copied key", () => {
  it("shows by a count that was there already", () => {
    expect(isCopied([use(4, 0)], use(4, 10))).toBe(true);
    expect(isCopied([use(4, 0, 20)], use(4, 10))).toBe(true);
  });

  it("shows by a count that goes down as time goes up, whichever came first", () => {
    expect(isCopied([use(5, 0)], use(4, 10))).toBe(true);
    expect(isCopied([use(4, 10)], use(5, 0))).toBe(true);
    expect(isCopied([use(5, 0)], use(0, 10))).toBe(true);
  });

  it("is not one that signed at two tablets, of which the one that was away longer sends last", () => {
    expect(isCopied([use(4, 0), use(6, 20)], use(5, 10))).toBe(false);
    // Nobody knows which of the two was first.
    expect(isCopied([use(6, 5, 15)], use(5, 10))).toBe(false);
  });

  it("can't be told of one that doesn't count", () => {
    expect(isCopied([use(0, 0), use(0, 5)], use(0, 3))).toBe(false);
  });
});

it("a signature that may have been given after the withdrawal counts as after it", () => {
  const given = use(1, 10, 12);
  expect(isWithdrawnBefore(null, given)).toBe(false);
  expect(isWithdrawnBefore(minute(9), given)).toBe(true);
  expect(isWithdrawnBefore(minute(11), given)).toBe(true);
  expect(isWithdrawnBefore(minute(12), given)).toBe(true);
  expect(isWithdrawnBefore(minute(13), given)).toBe(false);
});
