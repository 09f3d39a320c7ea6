import "server-only";
import { talk } from "../rest/exchange.gateway.ts";
import { call } from "../rest/gateway.ts";
import type { RestConnectorConfig } from "../rest/schema.ts";
import { documentBytesMax } from "./document.rules.ts";

export type Fetched = { ok: true; text: string } | { ok: false; problem: string };

const accept =
  "application/vnd.oai.openapi+json, application/json, application/yaml, text/yaml;q=0.9, */*;q=0.5";

/**
 * The document at its address, by the guard that every message goes through: the address is looked at, a redirect is
 * not followed, and its size is bounded. Under the connector's own address we are who we are there; at its host we
 * identify ourselves; anybody else is told nothing.
 */
export async function fetchDocument(
  { config, secret }: { config: RestConnectorConfig; secret: string },
  address: string,
): Promise<Fetched> {
  if (!URL.canParse(address)) return no("this is no address");
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    return no("an http or https address, without a password in it");
  const bounded = { ...config, responseBytesMax: documentBytesMax };
  const base = new URL(config.baseUrl.endsWith("/") ? config.baseUrl : `${config.baseUrl}/`);
  const path = `${url.pathname}${url.search}`;
  const what = { method: "GET", headers: { accept } };
  if (url.origin === base.origin && url.pathname.startsWith(base.pathname)) {
    let text: string | null = null;
    const below = path.slice(base.pathname.length);
    const target = {
      config: bounded,
      secret,
      through: async (_: unknown, send: () => ReturnType<typeof call>) => {
        const called = await send();
        text = called.kind === "answered" ? called.text : null;
        return called;
      },
    };
    const quiet = { onSend: async () => undefined };
    const asked = async () => ({ ...what, path: below });
    const talked = await talk(target, "document", quiet, asked, async () => null);
    return talked.kind === "done" && text !== null
      ? { ok: true, text }
      : no(talked.kind === "done" ? "no answer" : talked.reason);
  }
  const isThere = url.origin === base.origin;
  const auth = isThere ? config.auth : ({ kind: "none" } as const);
  const called = await call(
    { ...bounded, baseUrl: `${url.origin}/`, auth },
    isThere ? secret : "",
    {
      ...what,
      path,
    },
  );
  if (called.kind !== "answered") return no(called.reason);
  return called.status === 200
    ? { ok: true, text: called.text }
    : no(`it answers ${called.status}`);
}

const no = (problem: string): Fetched => ({ ok: false, problem: problem.slice(0, 300) });
