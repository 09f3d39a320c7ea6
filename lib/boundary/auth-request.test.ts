import { expect, it } from "vitest";
import { env } from "#lib/kit/env";
import { readable } from "./auth-request.ts";

const at = (path: string) => `${env.BUYOFF_ORIGIN}/api/auth/${path}`;
const form = { "content-type": "application/x-www-form-urlencoded" };
const json = { "content-type": "application/json" };

/** Was next-auth asked, or who else answered? */
async function heard(path: string, init: RequestInit = {}): Promise<number> {
  const asked = readable(async () => new Response(null, { status: 204 }));
  const nextauth = path.split("?", 1)[0]?.split("/") ?? [];
  const { status } = await asked(new Request(at(path), init), {
    params: Promise.resolve({ nextauth }),
  });
  return status;
}

it("asks next-auth what it can read", async () => {
  const cookie = "next-auth.csrf-token=a%7Cb; next-auth.callback-url=%2Ftravelers; other=1";
  expect(await heard("session", { headers: { cookie } })).toBe(204);
  expect(await heard(`signin?callbackUrl=${encodeURIComponent(env.BUYOFF_ORIGIN)}`)).toBe(204);
  const fields = { csrfToken: "a", callbackUrl: `${env.BUYOFF_ORIGIN}/`, json: "true" };
  const post = (headers: Record<string, string>, body: string) => ({
    method: "POST",
    headers,
    body,
  });
  expect(await heard("signout", post(form, new URLSearchParams(fields).toString()))).toBe(204);
  expect(await heard("signout", post(json, JSON.stringify({ ...fields, json: true })))).toBe(204);
});

it.each<[string, string, RequestInit]>([
  ["an act that is asked for", "callback/credentials", {}],
  ["half a character in a cookie", "session", { headers: { cookie: "x=%E0%A4%A" } }],
  [
    "a cookie that leads elsewhere",
    "session",
    { headers: { cookie: "next-auth.callback-url=javascript:1" } },
  ],
  ["elsewhere", "signin?callbackUrl=https://evil.example", {}],
  ["elsewhere without saying so", "signin?callbackUrl=//evil.example", {}],
  [
    "elsewhere in a form",
    "signout",
    { method: "POST", headers: form, body: "callbackUrl=%2F%5Cevil" },
  ],
  ["half JSON", "signout", { method: "POST", headers: json, body: "{" }],
  ["a list", "signout", { method: "POST", headers: json, body: "[]" }],
  ["objects for texts", "signout", { method: "POST", headers: json, body: '{"csrfToken":{}}' }],
  ["text", "signout", { method: "POST", headers: { "content-type": "text/plain" }, body: "a=1" }],
  ["too much", "signout", { method: "POST", headers: form, body: "a".repeat(20_000) }],
])("turns away %s", async (_what, path, init) => {
  expect(await heard(path, init)).toBe(400);
});
