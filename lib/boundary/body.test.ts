import { describe, expect, it } from "vitest";
import { bytesOf, jsonOf } from "./body.ts";

const asked = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request("http://127.0.0.1/", { method: "POST", body, headers });
const json = (text: string, bytesMax = 1000) => jsonOf(asked(text), bytesMax);

describe("a request's JSON", () => {
  it("is read as it is", async () => {
    expect(await json('{"a":[1,"b",null]}')).toEqual({ ok: true, value: { a: [1, "b", null] } });
  });

  it("never reaches a prototype", async () => {
    for (const text of [
      '{"__proto__":{"isAdmin":true}}',
      '{"a":{"constructor":{"prototype":{"isAdmin":true}}}}',
      '[{"prototype":1}]',
      '{"\\u005f_proto__":1}',
    ]) {
      expect(await json(text), text).toEqual({ ok: false, error: "malformed" });
    }
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  it("is refused when it is too deep, not JSON, not UTF-8 or empty", async () => {
    const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect((await json(deep(32))).ok).toBe(true);
    for (const text of [deep(33), deep(400), "{", "", "undefined"]) {
      expect(await json(text), text).toEqual({ ok: false, error: "malformed" });
    }
    expect(await jsonOf(asked(new Uint8Array([0x22, 0xff, 0x22])), 100)).toEqual({
      ok: false,
      error: "malformed",
    });
  });
});

describe("a request's bytes", () => {
  it("are given up at the first one too many, whatever was declared", async () => {
    let pulled = 0;
    const endless = () =>
      new ReadableStream({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(1000));
        },
      });
    const request = (headers: Record<string, string>) =>
      new Request("http://127.0.0.1/", {
        method: "POST",
        body: endless(),
        headers,
        duplex: "half",
      } as RequestInit);
    expect(await bytesOf(request({}), 10_000)).toEqual({ ok: false, error: "too_large" });
    expect(pulled).toBeLessThan(20);
    pulled = 0;
    const declared = await bytesOf(request({ "content-length": "10001" }), 10_000);
    expect(declared).toEqual({ ok: false, error: "too_large" });
    expect(pulled).toBeLessThan(3);
    const nonsense = await bytesOf(request({ "content-length": "many" }), 10_000);
    expect(nonsense).toEqual({ ok: false, error: "too_large" });
  });

  it("may be exactly as many as allowed", async () => {
    const read = await bytesOf(asked(new Uint8Array(10_000)), 10_000);
    expect(read.ok && read.value.byteLength).toBe(10_000);
  });
});
