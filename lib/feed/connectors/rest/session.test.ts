import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { qmsSandboxConfig } from "../qms-sandbox/rules.ts";
import { lookUp } from "./talk.gateway.ts";

// A QMS that gives tokens for client credentials (OAuth 2) and takes nothing without one.
const secret = "s3cret&more";
let tokens: Set<string>;
let given: number;
let server: Server;
let url: string;
beforeEach(async () => {
  tokens = new Set();
  given = 0;
  server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (request.url === "/oauth/token") {
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
      if (form.get("client_secret") !== secret) return answer(401, { error: "invalid_client" });
      given += 1;
      tokens.add(`token-${given}`);
      return answer(200, { access_token: `token-${given}`, expires_in: 600 });
    }
    const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
    return tokens.has(token) ? answer(200, { ncrs: [] }) : answer(401, { error: "token is over" });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  server.close();
});

const target = (own = secret) => ({
  config: {
    ...qmsSandboxConfig(url),
    auth: { kind: "request" as const },
    session: {
      method: "POST" as const,
      path: '"oauth/token"',
      headers: '{ "content-type": "application/x-www-form-urlencoded" }',
      body: '"grant_type=client_credentials&client_id=buyoff&client_secret=" & $encodeUrlComponent($secret)',
      gives: "body.access_token",
      keptMs: 600_000,
    },
    headers: '{ "authorization": "Bearer " & $session }',
  },
  secret: own,
});
const ask = (own?: string) => lookUp(target(own), "buyoff:key", { onSend: async () => undefined });

test("failure 33: a token that is over before we thought is asked for anew, once for all who come, and each is answered", async () => {
  expect(await ask()).toMatchObject({ kind: "done" });
  expect(given).toBe(1);
  tokens.clear();
  const answers = await Promise.all([ask(), ask(), ask(), ask()]);
  expect(answers.map(({ kind }) => kind)).toEqual(["done", "done", "done", "done"]);
  expect(given).toBe(2);
});

test("a token that is refused although it is new is a refusal of us, after one more try", async () => {
  tokens.add = () => tokens;
  expect(await ask()).toMatchObject({ kind: "unauthorized", reason: expect.stringMatching(/401/) });
  expect(given).toBe(2);
});

test("a sign-in that is refused says that it was the sign-in, and shows no secret", async () => {
  const refused = await ask("wr0ng");
  expect(refused).toMatchObject({
    kind: "unauthorized",
    reason: expect.stringMatching(/^the sign-in: 401 /),
  });
  expect(JSON.stringify(refused)).not.toContain("wr0ng");
});
