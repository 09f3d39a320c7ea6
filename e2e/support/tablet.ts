import { randomUUID, webcrypto } from "node:crypto";
import { type Canonical, canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import type {
  CommandAnswer,
  DemoKit,
  DeviceSession,
  Packet,
  SignAnswer,
  SignIn,
} from "#lib/offline/wire.schema";
import { evolve } from "#lib/travelers/evolve.rules";
import type { CommandBody, CommandType, CommandVerdict, Envelope } from "#lib/travelers/schema";

type Answer<T> = { status: number; body: T };
type Said<T> = { ok: true; value: T } | { ok: false; error: { code: string } };
/** What the server granted; a refusal is a failed test, and says why. */
function told<T>(what: string, { status, body }: Answer<Said<T>>): T {
  if (status !== 200 || !body.ok) throw new Error(`${what}: ${status} ${JSON.stringify(body)}`);
  return body.value;
}
type BadgeAndPin = { badge: string; pin: string };

/** What a browser of this origin sends with every change. */
export const sameOrigin = (origin: string): Record<string, string> => ({
  "content-type": "application/json",
  "x-buyoff": "1",
  origin,
  "sec-fetch-site": "same-origin",
});

export async function ask<T>(
  origin: string,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer<T> & { headers: Headers }> {
  const response = await fetch(`${origin}${path}`, {
    method: init.method ?? (init.body === undefined ? "GET" : "POST"),
    headers: init.headers ?? {},
    redirect: "manual",
    ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
  });
  const text = await response.text();
  const body = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text;
  return { status: response.status, body: body as T, headers: response.headers };
}

/** The drawer of the demo: badges, barcodes and fresh enrolment codes. */
export async function demoKit(origin: string): Promise<DemoKit> {
  return (await ask<DemoKit>(origin, "/api/floor/demo")).body;
}

/** A tablet without a screen: its own key, its own chain of commands, the same wire. */
export async function aTablet(origin: string, station = "ASM-1") {
  const code = (await demoKit(origin)).stations.find((of) => of.code === station)?.enrolmentCode;
  if (!code) throw new Error(`the demo has no station ${station}`);
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
    "verify",
  ]);
  const publicKey = await webcrypto.subtle.exportKey("jwk", keys.publicKey);
  const enrolled = await ask<Said<DeviceSession>>(origin, "/api/devices/enrol", {
    headers: sameOrigin(origin),
    body: { code, publicKey, name: `test tablet ${station}` },
  });
  const cookie = (enrolled.headers.getSetCookie?.() ?? [])
    .map((set) => set.split(";")[0])
    .join("; ");
  return tabletOf(origin, cookie, told("enrolment", enrolled));
}
export type Tablet = Awaited<ReturnType<typeof aTablet>>;

/** Counts and chains what this tablet sends. */
function envelopesOf(session: DeviceSession) {
  const bootId = randomUUID();
  const chain = { seq: 0, prev: null as string | null };
  return (
    person: SignIn,
    packet: Packet,
    type: string,
    body: unknown,
    auth: { proof?: string; second?: { person: string; proof: string }; id?: string } = {},
  ): Envelope => {
    chain.seq += 1;
    const { id = uuidv7(), ...signed } = auth;
    const made: Envelope = {
      v: 1,
      id,
      device: session.device.id,
      deviceSeq: chain.seq,
      devicePrev: chain.prev,
      traveler: packet.state.id,
      expects: {
        revision: packet.state.revision.revision,
        contentSha256: packet.state.revision.contentSha256,
        seq: packet.state.seq,
      },
      type,
      body,
      person: person.person.id,
      auth: { grant: person.grant, ...signed },
      at: {
        wall: instant(Date.now()),
        monotonic: Math.round(performance.now()),
        bootId,
        lastServerContact: instant(Date.now()),
        skew: 0,
      },
      blobs: [],
    };
    chain.prev = canonicalSha256(made as unknown as Canonical);
    return made;
  };
}

function tabletOf(origin: string, cookie: string, session: DeviceSession) {
  const headers = { ...sameOrigin(origin), cookie };
  const post = <T>(path: string, body: unknown) => ask<T>(origin, path, { headers, body });
  const get = <T>(path: string) => ask<T>(origin, path, { headers: { cookie } });

  const envelope = envelopesOf(session);
  const send = async (commands: readonly unknown[]): Promise<readonly CommandVerdict[]> => {
    const { status, body } = await post<CommandAnswer>("/api/commands", { protocol: 1, commands });
    if (status !== 200) throw new Error(`commands: ${status} ${JSON.stringify(body)}`);
    return body.verdicts;
  };

  return {
    origin,
    cookie,
    headers,
    session,
    post,
    get,
    envelope,
    send,
    packet: async (traveler: string): Promise<Packet> =>
      told("packet", await get<Said<Packet>>(`/api/floor/travelers/${traveler}`)),
    signIn: async (who: BadgeAndPin): Promise<SignIn> =>
      told(
        "sign-in",
        await post<Said<SignIn>>("/api/floor/sign-in", { badge: who.badge, pin: who.pin }),
      ),
    proof: async (
      person: SignIn,
      { badge, pin }: BadgeAndPin,
      of: { command: string; contentSha256: string },
    ): Promise<SignAnswer> =>
      told(
        "signature",
        await post<Said<SignAnswer>>("/api/sign", { ...of, badge, pin, person: person.person.id }),
      ),
  };
}

/** Sends one act and folds its events into the packet, as the player does. */
export async function act<T extends CommandType>(
  tablet: Tablet,
  person: SignIn,
  packet: Packet,
  type: T,
  body: CommandBody<T>,
  auth: Parameters<Tablet["envelope"]>[4] = {},
): Promise<{ verdict: CommandVerdict; packet: Packet }> {
  const [verdict] = await tablet.send([tablet.envelope(person, packet, type, body, auth)]);
  if (!verdict) throw new Error("no verdict");
  if (verdict.verdict !== "applied") return { verdict, packet };
  const state = verdict.events.reduce(evolve, packet.state);
  return { verdict, packet: { ...packet, state: state ?? packet.state, head: verdict.head } };
}
