import { beforeAll, describe, expect, test } from "vitest";
import { actorOfSeed, actorOfToken } from "#lib/boundary/actor";
import { callsPerMinute } from "#lib/boundary/api";
import { forSite, inTransaction } from "#lib/db/client";
import { valueIn } from "#lib/db/test-plant";
import { aPlant, firstStep, type TestPlant, type TestTablet } from "#lib/db/test-record-plant";
import { env } from "#lib/kit/env";
import { uuidv7 } from "#lib/kit/ids";
import { makeToken, revokeToken } from "#lib/people/tokens.commands";
import { tokensAtSite } from "#lib/people/tokens.queries";
import type { Scope } from "#lib/people/tokens.schema";
import { plantHoldsOpen } from "#lib/plant/holds.queries";
import { changeOrder } from "#lib/plant/orders.commands";
import { releaseTravelers } from "#lib/travelers/commands";
import { GET as PERFORMANCE } from "../../app/api/v1/orders/[number]/performance/route.ts";
import { GET } from "../../app/api/v1/orders/[number]/route.ts";
import { POST } from "../../app/api/v1/orders/route.ts";
import { redriveMessage, settleDifferences } from "./commands.ts";
import { orderByNumber, orderMessagesAtSite } from "./queries.ts";
import { faultsOf, whyUnchecked } from "./testing/b2mml.ts";

let plant: TestPlant;
let tablet: TestTablet;
let token: string;
beforeAll(async () => {
  plant = await aPlant();
  tablet = await plant.tablet();
  token = await aToken(["orders.read", "orders.write"]);
});

const seed = () => actorOfSeed(plant.site, { id: plant.people.quality.id });
async function aToken(scopes: Scope[], of = seed()): Promise<string> {
  const form = { command: uuidv7(), name: "MES 1", scopes, reason: "connects the MES" };
  return valueIn(await makeToken(of, form)).token;
}

type Said = Readonly<Record<string, unknown>>;
async function post(
  body: string,
  {
    type = "application/json",
    key,
    bearer = token,
    language = "en",
  }: Partial<{ type: string; key: string; bearer: string; language: string }> = {},
) {
  const headers = {
    "content-type": type,
    authorization: `Bearer ${bearer}`,
    "accept-language": language,
    ...(key !== undefined && { "idempotency-key": key }),
  };
  const request = new Request(`${env.BUYOFF_ORIGIN}/api/v1/orders`, {
    method: "POST",
    headers,
    body,
  });
  const answer = await POST(request, { params: Promise.resolve({}) });
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, never>,
  };
}
async function get(number: string, bearer = token) {
  const headers = { authorization: `Bearer ${bearer}` };
  const request = new Request(`${env.BUYOFF_ORIGIN}/api/v1/orders/${number}`, { headers });
  const answer = await GET(request, { params: Promise.resolve({ number }) });
  return { status: answer.status, body: (await answer.json()) as Record<string, never> };
}

let count = 4000;
const aNumber = () => String(++count);
const day = (n: number) => new Date(Date.UTC(2026, 2, 1, 6, n)).toISOString();
const stated = (number: string, n: number, quantity: string, more: Said = {}): Said => ({
  action: "order",
  number,
  sentAt: day(n),
  part: { number: "P-1", revision: "A" },
  quantity,
  ...more,
});
const said = (number: string, action: string, n: number, more: Said = {}): Said => ({
  action,
  number,
  sentAt: day(n),
  reason: `${action} of the MES`,
  ...more,
});
/** What became of each. */
async function send(...orders: Said[]): Promise<string[]> {
  const { status, body } = await post(JSON.stringify({ orders }));
  expect(status).toBe(200);
  return (body.orders as unknown as { state: string; code: string | null }[]).map(
    ({ state, code }) => (code ? `${state}: ${code}` : state),
  );
}
const release = (number: string, ...serials: string[]) =>
  releaseTravelers(seed(), {
    workOrder: number,
    contentSha256: plant.sha256,
    units: { serials },
  }).then((done) => valueIn(done).map(({ id }) => id));
async function worked(traveler: string): Promise<string> {
  const acts = firstStep(plant).slice(0, 2);
  const sent = acts.map((act) => tablet.envelope(plant.people.operator, traveler, act));
  const last = (await tablet.send(...sent)).at(-1);
  return last?.verdict === "recorded_not_applied" ? last.refusal.code : (last?.verdict ?? "");
}
const statusOf = async (traveler: string) =>
  (await forSite(plant.site).traveler.findUniqueOrThrow({ where: { id: traveler } })).status;
const order = async (number: string) => {
  const found = await orderByNumber(seed(), number);
  if (!found) throw new Error(`no order ${number}`);
  return found;
};
const entriesOf = async (stream: string) => {
  const rows = await forSite(plant.site).entry.findMany({
    where: { streamId: stream },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ type }) => type);
};

describe("the door", () => {
  test("opens to a token with the scope alone, says what to do, and a revoked token is nobody's", async () => {
    const number = aNumber();
    const body = JSON.stringify({ orders: [stated(number, 1, "5")] });
    const reader = await aToken(["orders.read"]);
    expect(await post(body, { bearer: "by_none_0000000000000000000000" })).toMatchObject({
      status: 401,
      body: { code: "not_signed_in", type: "urn:buyoff:problem:not_signed_in", status: 401 },
    });
    const shut = await post(body, { bearer: reader, language: "es" });
    expect(shut).toMatchObject({ status: 403, body: { code: "not_permitted" } });
    expect(shut.headers.get("content-type")).toBe("application/problem+json");
    expect(shut.body.title).toContain("orders.write");
    expect((await get(number, reader)).status).toBe(404);

    const [line] = (await tokensAtSite(seed())).filter(({ prefix }) =>
      reader.startsWith(`by_${prefix}_`),
    );
    expect(line).toMatchObject({ name: "MES 1", scopes: ["orders.read"], revokedAt: null });
    expect(line?.lastUsedAt).not.toBeNull();
    const form = { command: uuidv7(), token: line?.id ?? "", reason: "left" };
    valueIn(await revokeToken(seed(), form));
    expect((await get(number, reader)).status).toBe(401);
    expect((await revokeToken(seed(), form)).ok).toBe(false);
  });

  test("keeps of a token nothing that opens it", async () => {
    const rows = await forSite(plant.site).apiToken.findMany();
    const secret = token.split("_").slice(2).join("_");
    expect(JSON.stringify(rows)).not.toContain(secret);
    const lines = await forSite(plant.site).entry.findMany({ where: { type: "token.made" } });
    expect(lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(lines.map(({ line }) => line))).not.toContain(secret);
  });

  test("a token of one site opens nothing of another", async () => {
    const [number, other] = [aNumber(), await aPlant()];
    await send(stated(number, 1, "5"));
    const foreign = await aToken(["orders.read", "orders.write"], other.seed);
    expect((await get(number, foreign)).status).toBe(404);
    await post(JSON.stringify({ orders: [said(number, "hold", 2)] }), { bearer: foreign });
    expect(await plantHoldsOpen(seed(), { scope: "order", subject: number })).toEqual([]);
  });

  test("answers the same call under one key as the first time, and refuses another under it", async () => {
    const [number, key] = [aNumber(), uuidv7()];
    const body = JSON.stringify({ orders: [stated(number, 1, "5")] });
    const first = await post(body, { key });
    const again = await post(body, { key });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body.orders).toMatchObject([{ state: "applied" }]);
    const other = await post(JSON.stringify({ orders: [stated(number, 2, "6")] }), { key });
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    expect((await order(number)).quantity).toBe("5");
    expect((await post(body, { key: "no spaces, please" })).body).toMatchObject({
      code: "idempotency_key_not_right",
    });
    const refusal = await post("{", { key: `${key}-2` });
    expect(await post("{", { key: `${key}-2` })).toMatchObject({ status: 400, body: refusal.body });
  });

  test("of many calls at once under one key, one acts", async () => {
    const [number, key] = [aNumber(), uuidv7()];
    const body = JSON.stringify({ orders: [stated(number, 1, "5")] });
    const all = await Promise.all(Array.from({ length: 8 }, () => post(body, { key })));
    expect(
      all.map(({ status }) => status).filter((status) => ![200, 409].includes(status)),
    ).toEqual([]);
    const rows = await forSite(plant.site).orderMessage.count({ where: { number } });
    expect(rows).toBe(1);
  });

  test("says what it can't take: type, size, words", async () => {
    expect(await post("a", { type: "text/plain" })).toMatchObject({
      status: 415,
      body: { code: "type_not_taken" },
    });
    expect(await post("x".repeat(1024 * 1024 + 1))).toMatchObject({
      status: 413,
      body: { code: "too_large" },
    });
    expect(await post("{")).toMatchObject({ status: 400, body: { code: "body_unreadable" } });
    const broken = JSON.stringify({ orders: [{ ...stated("1", 1, "5"), quantity: "many" }] });
    expect(await post(broken)).toMatchObject({
      status: 422,
      body: { code: "body_not_right", errors: [{ pointer: "/orders/0/quantity" }, {}] },
    });
    const { messages } = await orderMessagesAtSite(seed(), { show: "waiting" });
    expect(messages.find(({ raw }) => raw === broken)).toMatchObject({
      state: "unreadable",
      code: "body_not_right",
    });
  });

  test("counts a token's calls, and no other's", async () => {
    const busy = await aToken(["orders.read"]);
    const actor = (
      await actorOfToken({ headers: new Headers({ authorization: `Bearer ${busy}` }) })
    )?.actor;
    await inTransaction(
      (tx) => tx.$executeRaw`insert into rate_windows (key, started_at, count)
        values (${`api/${actor?.id}`}, clock_timestamp(), ${callsPerMinute})`,
    );
    const over = await get("1", busy);
    expect(over).toMatchObject({ status: 429, body: { code: "too_many_calls" } });
    expect((await get("1")).status).toBe(404);
  });
});

describe("an order of the MES", () => {
  test("is made once, whatever zeros and repeats it comes with, and every message is on the record", async () => {
    const number = aNumber();
    const padded = `00000000${number}`;
    expect(
      await send(
        stated(padded, 1, "5", { externalId: `X-${number}`, priority: "2", dueAt: day(59) }),
      ),
    ).toEqual(["applied"]);
    expect(
      await send(
        stated(number, 1, "5", { externalId: `X-${number}`, priority: "2", dueAt: day(59) }),
      ),
    ).toEqual(["duplicate"]);
    expect(
      await send(
        stated(number, 2, "5", { externalId: `X-${number}`, priority: "2", dueAt: day(59) }),
      ),
    ).toEqual(["unchanged"]);
    const made = await order(padded);
    expect(made).toMatchObject({
      number,
      quantity: "5",
      system: "MES-1",
      priority: "2",
      dueAt: day(59),
    });
    expect(await entriesOf(made.id)).toEqual([
      "order.message",
      "order.created",
      "order.message",
      "order.message",
    ]);
    expect((await get(padded)).body).toMatchObject({ number, status: "released", differences: [] });
    const { messages } = await orderMessagesAtSite(seed(), { show: "all", order: padded });
    expect(messages.map(({ state }) => state)).toEqual(["unchanged", "duplicate", "applied"]);
    expect(messages.every(({ raw }) => raw?.includes(number))).toBe(true);
  });

  test("changes before release; afterwards what can't change is refused by name and shown until settled", async () => {
    const number = aNumber();
    await send(stated(number, 1, "5"));
    expect(await send(stated(number, 2, "4", { part: { number: "P-1", revision: "B" } }))).toEqual([
      "applied",
    ]);
    expect(await order(number)).toMatchObject({ quantity: "4", partRevision: "B" });
    await release(number, `S-${number}-1`, `S-${number}-2`);
    expect(await send(stated(number, 3, "1", { priority: "9" }))).toEqual(["differs"]);
    const now = await order(number);
    expect(now).toMatchObject({ quantity: "4", partRevision: "B", priority: "9" });
    expect(now.differences.map(({ field }) => field)).toEqual(["partRevision", "quantity"]);
    const settle = () =>
      settleDifferences(seed(), { command: uuidv7(), order: now.id, reason: "Halden agreed" });
    expect((await settle()).ok).toBe(true);
    expect((await order(number)).differences).toEqual([]);
    expect((await settle()).ok).toBe(false);
  });

  test("an older statement is overtaken, whenever it arrives", async () => {
    const number = aNumber();
    expect(await send(stated(number, 5, "5"))).toEqual(["applied"]);
    expect(await send(stated(number, 4, "9"))).toEqual(["older"]);
    expect((await order(number)).quantity).toBe("5");
  });

  test("what comes before its order waits and then takes effect by itself", async () => {
    const number = aNumber();
    expect(await send(said(number, "hold", 2))).toEqual(["parked: order_not_here"]);
    expect(await send(stated(number, 1, "5"))).toEqual(["applied"]);
    expect(await plantHoldsOpen(seed(), { scope: "order", subject: number })).toMatchObject([
      { reason: "mes", owner: "production", comment: "hold of the MES", placedBy: "MES 1" },
    ]);
    const { messages } = await orderMessagesAtSite(seed(), { show: "all", order: number });
    expect(messages.map(({ action, state }) => `${action} ${state}`)).toEqual([
      "order applied",
      "hold applied",
    ]);
  });

  test("a hold stops the step through the rules, and its release ends that hold and no other", async () => {
    const number = aNumber();
    await send(stated(number, 1, "5"));
    const [unit = ""] = await release(number, `S-${number}`);
    expect(await send(said(number, "hold", 2))).toEqual(["applied"]);
    expect(await worked(unit)).toBe("on_hold");
    const { id } = await order(number);
    const own = await forSite(plant.site).plantHold.findFirst({ where: { subject: number } });
    await forSite(plant.site).plantHold.create({
      data: {
        id: uuidv7(),
        siteId: plant.site,
        scope: "order",
        subject: number,
        reason: "quality_doubt",
        owner: "quality",
        placedBy: plant.people.quality.id,
        placedAt: new Date(),
      },
    });
    expect(await send(said(number, "release", 3))).toEqual(["applied"]);
    const open = await plantHoldsOpen(seed(), { scope: "order", subject: number });
    expect(open.map(({ reason }) => reason)).toEqual(["quality_doubt"]);
    expect(await worked(unit)).toBe("on_hold");
    await forSite(plant.site).plantHold.updateMany({
      where: { id: open[0]?.id ?? "" },
      data: { releasedAt: new Date(), releasedBy: plant.people.quality.id },
    });
    expect(await worked(unit)).toBe("applied");
    expect(own?.id).toBeDefined();
    expect(await entriesOf(id)).toEqual([
      "order.message",
      "order.created",
      "order.message",
      "order.message",
    ]);
  });

  test("a hold lies at once, even while another message on the order waits", async () => {
    const number = aNumber();
    await send(stated(number, 1, "5"));
    expect(await send(stated(number, 2, "5", { instruction: { number: "WI-NOT-HERE" } }))).toEqual([
      "parked: instruction_unknown",
    ]);
    expect(await send(said(number, "hold", 3))).toEqual(["applied"]);
    expect(await plantHoldsOpen(seed(), { scope: "order", subject: number })).toHaveLength(1);
    expect(await send(said(number, "release", 4))).toEqual(["applied"]);
    expect(await plantHoldsOpen(seed(), { scope: "order", subject: number })).toEqual([]);
  });

  test("a cancellation ends what nobody has begun and asks a person for the rest", async () => {
    const number = aNumber();
    await send(stated(number, 1, "5"));
    const [begun = "", waiting = ""] = await release(number, `S-${number}-1`, `S-${number}-2`);
    expect(await worked(begun)).toBe("applied");
    expect(await send(said(number, "cancel", 2))).toEqual(["differs"]);
    expect(await statusOf(waiting)).toBe("cancelled");
    expect(await statusOf(begun)).toBe("in_work");
    expect(await order(number)).toMatchObject({
      status: "closed",
      isCancelledThere: true,
      differences: [{ field: "cancelled", ours: "1", theirs: "0" }],
    });
    expect(await send(said(number, "cancel", 2))).toEqual(["duplicate"]);
    expect(await send(stated(number, 3, "5"))).toEqual(["applied"]);
    expect(await order(number)).toMatchObject({ status: "released", isCancelledThere: false });
  });

  test("a split makes an order of its own, with what is not released yet", async () => {
    const number = aNumber();
    const split = (suffix: string, n: number, quantity: string, more: Said = {}): Said => ({
      action: "split",
      number: `${number}-${suffix}`,
      parent: `000${number}`,
      sentAt: day(n),
      quantity,
      ...more,
    });
    expect(await send(split("01", 2, "4"))).toEqual(["parked: parent_not_here"]);
    await send(stated(number, 1, "10", { customer: "Halden" }));
    expect(await order(`${number}-1`)).toMatchObject({
      quantity: "4",
      partNumber: "P-1",
      customer: "Halden",
      parent: number,
    });
    expect((await order(number)).quantity).toBe("6");
    await release(number, ...["1", "2", "3", "4"].map((n) => `S-${number}-${n}`));
    expect(await send(split("02", 3, "3"))).toEqual(["parked: split_exceeds_free"]);
    expect(await send(split("03", 4, "2", { serials: [`S-${number}-1`] }))).toEqual([
      "parked: split_units_released",
    ]);
    expect(await send(split("04", 5, "2"))).toEqual(["applied"]);
    expect((await order(number)).quantity).toBe("4");
    // Stated anew, it knows of what was split off by then.
    expect(await send(stated(number, 6, "5", { customer: "Halden" }))).toEqual(["applied"]);
    expect((await order(number)).quantity).toBe("5");
  });

  test("what waits for an instruction is tried again by a person, and then taken", async () => {
    const [number, part] = [aNumber(), `P-${uuidv7().slice(-8)}`];
    expect(await send(stated(number, 1, "5", { part: { number: part, revision: "A" } }))).toEqual([
      "parked: part_unknown",
    ]);
    const { messages } = await orderMessagesAtSite(seed(), { show: "waiting", order: number });
    const form = { command: uuidv7(), message: messages[0]?.id ?? "" };
    expect(valueIn(await redriveMessage(seed(), form)).state).toBe("parked");
    const content = {
      ...plant.content,
      number: `WI-${part}`,
      part: { ...plant.content.part, number: part },
    };
    await aPlant(content);
    expect(valueIn(await redriveMessage(seed(), form)).state).toBe("applied");
    expect(await order(number)).toMatchObject({ partNumber: part });
    expect((await redriveMessage(seed(), form)).ok).toBe(false);
  });

  test("is told of its performance: nothing, ready, running, held, and cancelled", async () => {
    const number = aNumber();
    const ask = async (accept = "application/xml") => {
      const headers = { authorization: `Bearer ${token}`, accept };
      const request = new Request(`${env.BUYOFF_ORIGIN}/`, { headers });
      const answer = await PERFORMANCE(request, {
        params: Promise.resolve({ number: `00${number}` }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    expect((await ask()).status).toBe(404);
    await send(stated(number, 1, "5", { externalId: `0000${number}` }));
    expect(await ask()).toMatchObject({ status: 409 });
    const [unit = ""] = await release(number, `S-${number}`);
    expect((await ask()).text).toContain("<WorkState>Ready</WorkState>");
    expect(await worked(unit)).toBe("applied");
    expect((await ask()).text).toContain("<WorkState>Running</WorkState>");
    await send(said(number, "hold", 2));
    const held = await ask();
    expect(held.text).toContain("<WorkState>Held</WorkState>");
    expect(held.text).toContain(`<JobOrderID>0000${number}</JobOrderID>`);
    if (whyUnchecked === null) expect(faultsOf("WorkPerformance", held.text)).toBe("");
    await send(said(number, "release", 3));
    const json = JSON.parse((await ask("application/json")).text);
    expect(json.WorkPerformance).toMatchObject({ WorkState: "Running", Description: ["partial"] });
  });

  test("a number used again is not mixed with the order that had it (failure 25)", async () => {
    const number = aNumber();
    await send(stated(number, 1, "5", { externalId: `A-${number}` }));
    const made = await order(number);
    const closed = {
      command: uuidv7(),
      order: made.id,
      quantity: "5",
      customer: "",
      status: "closed" as const,
      reason: "done",
    };
    valueIn(await changeOrder(seed(), closed));
    expect(await send(stated(`00${number}`, 2, "7"))).toEqual(["parked: order_closed_here"]);
    expect(await send(stated(number, 3, "7", { externalId: `B-${number}` }))).toEqual([
      "parked: order_id_differs",
    ]);
    const other = aNumber();
    expect(await send(stated(other, 4, "7", { externalId: `A-${number}` }))).toEqual([
      "parked: order_id_elsewhere",
    ]);
    expect(await order(number)).toMatchObject({ quantity: "5", status: "closed" });
  });
});

test("messages in any order, with repeats, make the same orders", { timeout: 60_000 }, async () => {
  const messages = (number: string): Said[] => [
    stated(number, 1, "10"),
    stated(number, 4, "12", { priority: "3" }),
    said(number, "hold", 2),
    said(number, "release", 3),
    said(number, "hold", 6, { reason: "again" }),
    { action: "split", number: `${number}-1`, parent: number, sentAt: day(5), quantity: "4" },
    { action: "split", number: `${number}-2`, parent: number, sentAt: day(3), quantity: "2" },
  ];
  const seen = new Set<string>();
  for (let turn = 0; turn < 6; turn += 1) {
    const number = aNumber();
    const all = messages(number);
    // Another order each turn, by steps that have no divisor in common with their number.
    const shuffled = all.map((_, index) => all[(index * (turn + 1) + turn) % all.length] as Said);
    for (const message of [...shuffled, ...shuffled.slice(turn % 3)]) await send(message);
    const holds = await plantHoldsOpen(seed(), { scope: "order", subject: number });
    const { id: _, externalId, ...parent } = await order(number);
    const children = await Promise.all(["1", "2"].map((part) => order(`${number}-${part}`)));
    const facts = [
      parent,
      ...children.map(({ id, ...child }) => child),
      holds.map(({ comment }) => comment),
    ];
    seen.add(JSON.stringify(facts).replaceAll(number, "N"));
  }
  expect([...seen]).toHaveLength(1);
  expect([...seen][0]).toContain('"quantity":"8"');
  expect([...seen][0]).toContain("again");
});
