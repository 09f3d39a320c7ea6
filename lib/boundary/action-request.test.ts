import { describe, expect, it } from "vitest";
import { faultOfPageRequest } from "./action-request.ts";

const origin = "http://127.0.0.1:3000";
const faultOf = async (body: BodyInit | null, headers: Record<string, string> = {}) => {
  const request = new Request(`${origin}/people`, {
    method: "POST",
    headers: { origin, "next-action": "7".repeat(42), ...headers },
    body,
  });
  return (await faultOfPageRequest(request, origin))?.status ?? null;
};
const text = (body: string) => faultOf(body, { "content-type": "text/plain;charset=UTF-8" });

/** As React sends an action's argument that is a form: the list, and the form's fields beside it. */
function sentForm(file: Blob, list = '["$K1"]'): FormData {
  const form = new FormData();
  form.set("1_document", file, "paper.jpg");
  form.set("0", list);
  return form;
}

describe("an act of one of our forms", () => {
  it("is read as React writes it, with what JSON has no word for", async () => {
    expect(await text("[]")).toBeNull();
    expect(
      await text('[{"name":"$$5 a bolt","note":"$undefined","at":"$D2026-01-01T00:00:00.000Z"}]'),
    ).toBeNull();
    expect(await text('[{"count":"$n123","limit":"$Infinity","low":"$-0"}]')).toBeNull();
  });

  it("takes a form and no more than that", async () => {
    expect(await faultOf(sentForm(new Blob([new Uint8Array(200 * 1024)])))).toBeNull();
    expect(await faultOf(sentForm(new Blob([new Uint8Array(300 * 1024)])))).toBe(413);
  });

  it("takes the largest list and document that its forms let in, and no more than twice that", async () => {
    const said = "Señal; ".repeat(Math.ceil(900_000 / 7)).slice(0, 900_000);
    expect(await text(JSON.stringify([{ text: said }]))).toBeNull();
    expect(await text(JSON.stringify([{ text: "x".repeat(2 * 1024 * 1024) }]))).toBe(413);
  });

  it.each([
    "",
    "{",
    "null",
    '{"length":1}',
    '["$F1"]',
    '["$K1"]',
    '["$@2"]',
    '[["$1:a:b"]]',
    "\u0000",
  ])("is not %j", async (body) => expect(await text(body)).toBe(400));

  it("has no part that React would not have written", async () => {
    const type = { "content-type": "multipart/form-data; boundary=x" };
    expect(await faultOf("garbage", type)).toBe(400);
    expect(await faultOf(sentForm(new Blob(["a"]), '["$F1"]'))).toBe(400);
    const named = sentForm(new Blob(["a"]));
    named.set("$ACTION_ID_0", "");
    expect(await faultOf(named)).toBe(400);
  });

  it("is counted as it arrives, whatever length it says it has", async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(0x20)),
    });
    const request = new Request(`${origin}/people`, {
      method: "POST",
      headers: { origin, "next-action": "7".repeat(42) },
      body: endless,
      duplex: "half",
    } as RequestInit);
    expect((await faultOfPageRequest(request, origin))?.status).toBe(413);
  });

  it("comes from a page of ours", async () => {
    for (const foreign of ["https://evil.example", "null", "[", `${origin}.evil.example`]) {
      expect(await faultOf("[]", { origin: foreign }), foreign).toBe(403);
    }
    expect(await faultOf("[]", { "sec-fetch-site": "cross-site" })).toBe(403);
  });
});
