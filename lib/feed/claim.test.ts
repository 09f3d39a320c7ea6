import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { uuidv7 } from "#lib/kit/ids";
import { attemptsOf, LeaseLost } from "./attempts.commands.ts";
import { type Claim, claimDue } from "./delivery.queries.ts";
import type { DeliveryOperation, DeliveryState } from "./delivery.rules.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";

let plant: TestPlant;
beforeAll(async () => {
  plant = await aPlant("http://127.0.0.1:9");
});
afterAll(() => plant.stop());

/** A message as the claim has to see it. */
type Message = {
  id: string;
  key: number;
  operation: DeliveryOperation;
  state: DeliveryState;
  hasId: boolean;
  priority: number;
  isLeased: boolean;
};

const keepsBack = ({ operation, state, hasId }: Message): boolean =>
  operation !== "attach" &&
  (["pending", "gated", "sending", "outcome_unknown"].includes(state) ||
    (["parked", "dead"].includes(state) && !hasId));

const isDue = (one: Message, all: readonly Message[]): boolean =>
  ["pending", "sending", "outcome_unknown", "delivered"].includes(one.state) &&
  !one.isLeased &&
  !all.slice(0, all.indexOf(one)).some((before) => before.key === one.key && keepsBack(before));

const message = fc.record({
  key: fc.nat(3),
  operation: fc.constantFrom<DeliveryOperation>("create", "update", "update", "attach"),
  state: fc.constantFrom<DeliveryState>("pending", "pending", "pending", "gated", "parked", "dead"),
  hasId: fc.boolean(),
  priority: fc.constantFrom(10, 50),
});
/** What becomes of one that was taken; `lost`: its worker never comes back. */
const end = fc.constantFrom("there", "delivered", "unknown", "refused", "again", "lost", "slow");
const history = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 14 }),
  atOnce: fc.integer({ min: 1, max: 4 }),
  isTrying: fc.boolean(),
  turns: fc.array(
    fc.record({
      limits: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      ends: fc.array(end, { minLength: 4, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

const insert = (at: number, { id, ...of }: Message) =>
  plant.query(
    `insert into deliveries (id, site_id, connector_id, traveler_id, process, rule, rule_version, ordering_key, operation,
       external_key, external_id, state, priority, payload, payload_sha256, next_at, created_at, updated_at, position)
     values ($1, $2, $3, gen_random_uuid(), 'NCR', 'r', 1, $4, $5, $6, $7, $8, $9, '{}', '', now() - interval '1 minute', now(), now(), $10)`,
    [
      id,
      plant.site,
      plant.connector,
      `k${of.key}`,
      of.operation,
      id,
      of.hasId ? "x" : null,
      of.state,
      of.priority,
      at,
    ],
  );

const save = ({ id, state, hasId, isLeased }: Message, isOver: boolean) =>
  plant.query(
    `update deliveries set state = $2, external_id = $3,
       leased_until = case when $5 then now() - interval '1 second' when $4 then leased_until end where id = $1`,
    [id, state, hasId ? "x" : null, isLeased, isOver],
  );

/** Gives whether its lease is over although it never came back. */
function ended(one: Message, how: string): boolean {
  if (how === "slow") return false;
  one.isLeased = false;
  if (how === "lost") return true;
  if (how === "there") Object.assign(one, { state: "verified", hasId: true });
  if (how === "delivered") Object.assign(one, { state: "delivered", hasId: true });
  if (how === "unknown") one.state = "outcome_unknown";
  if (how === "refused") one.state = "parked";
  if (how === "again") one.state = "pending";
  return false;
}

test("of every key only the head is taken, once, of each system no more at once than it takes, the urgent first; by however many workers", async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ messages, atOnce, isTrying, turns }) => {
      // What the history before has left keeps nobody back.
      await cancelAll();
      await plant.query(
        "update connectors set config = jsonb_set(config, '{atOnce}', to_jsonb($2::int)), failures_in_row = $3, open_until = null where id = $1",
        [plant.connector, atOnce, isTrying ? 9 : 0],
      );
      const all: Message[] = messages.map((of) => ({ ...of, id: uuidv7(), isLeased: false }));
      for (const [at, one] of all.entries()) await insert(at, one);
      const most = isTrying ? 1 : atOnce;
      for (const { limits, ends } of turns) {
        const due = all.filter((one) => isDue(one, all));
        const room = Math.max(0, most - all.filter(({ isLeased }) => isLeased).length);
        const taken = (await Promise.all(limits.map((limit) => claimDue(60_000, limit)))).flat();
        const ids = taken.map(({ id }: Claim) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const urgent = due.toSorted((a, b) => a.priority - b.priority);
        const count = Math.min(
          room,
          due.length,
          limits.reduce((sum, limit) => sum + limit, 0),
        );
        expect(ids.toSorted()).toEqual(
          urgent
            .slice(0, count)
            .map(({ id }) => id)
            .toSorted(),
        );
        for (const [at, id] of ids.entries()) {
          const one = all.find((of) => of.id === id) as Message;
          one.isLeased = true;
          if (one.state === "pending") one.state = "sending";
          const isOver = ended(one, ends[at % ends.length] ?? "slow");
          await save(one, isOver);
        }
      }
    }),
    { numRuns: 60 },
  );
});

const cancelAll = () =>
  plant.query("update deliveries set state = 'cancelled', leased_until = null where site_id = $1", [
    plant.site,
  ]);

test("whoever has lost the lease sends nothing: the lease is over, or somebody else has it", async () => {
  await cancelAll();
  const one = { key: 1, operation: "create", state: "pending", priority: 50 } as const;
  await insert(0, { ...one, id: uuidv7(), hasId: false, isLeased: false });
  const opening = (claim: Claim | undefined) => {
    if (!claim) throw new Error("nothing was claimed");
    const flow = { validation: "never", run: null, sha256: "" } as const;
    return attemptsOf(claim, flow).open("create", "{}", 60_000);
  };
  const [slow] = await claimDue(60_000, 1);
  await plant.query(
    "update deliveries set leased_until = now() - interval '1 second' where id = $1",
    [slow?.id],
  );
  await expect(opening(slow)).rejects.toThrow(LeaseLost);
  const [quick] = await claimDue(60_000, 1);
  expect(quick?.id).toBe(slow?.id);
  await expect(opening(slow)).rejects.toThrow(LeaseLost);
  await opening(quick);
});
