import { describe, expect, it } from "vitest";
import { forSite } from "#lib/db/client";
import {
  aBuyoff,
  aHold,
  aPlant,
  aShortInstruction,
  asAdministrator,
  firstStep,
  released,
  stateOf,
} from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { decide } from "#lib/travelers/rules";
import { replayRecord } from "./replay.queries.ts";

const words = "Scratched on the left side, says Olga";

/** A unit on which things were applied, refused by a rule and turned away: 10 commands with a receipt. */
async function aHistory() {
  const plant = await aPlant(aShortInstruction());
  const [traveler = ""] = await released(plant, "S-1");
  const tablet = await plant.tablet();
  const { operator, inspector, quality } = plant.people;
  await tablet.send(...firstStep(plant).map((of) => tablet.envelope(operator, traveler, of)));
  const { command, proof } = await aBuyoff(plant, tablet, await stateOf(plant, traveler));
  const hold = aHold();
  const commented = { ...hold, body: { ...hold.body, comment: words } } as typeof hold;
  await tablet.send(
    tablet.envelope(inspector, traveler, command, { proof }),
    tablet.envelope(quality, traveler, commented),
    tablet.envelope(operator, traveler, firstStep(plant)[1] as never),
    tablet.envelope(operator, traveler, { type: "addNote", body: { step: null, text: words } }),
    tablet.envelope(operator, traveler, {
      type: "withdrawDefect",
      body: { defect: uuidv7(), reason: `${words}, and nobody else` },
    }),
    tablet.envelope(operator, traveler, aHold(), { grant: tablet.grantFor(quality) }),
  );
  return { plant, traveler, tablet, proof };
}

const asIfTampered = (sql: string) =>
  asAdministrator(async (client) => {
    await client.query("begin");
    await client.query("set local session_replication_role = replica");
    await client.query(sql);
    await client.query("commit");
  });

describe("deciding the record again", { timeout: 60_000 }, () => {
  it("gives what was said then, event by event and refusal by refusal", async () => {
    const { plant } = await aHistory();
    expect(await replayRecord(plant.site)).toEqual({
      travelers: 1,
      same: 9,
      turnedAway: 1,
      older: 0,
      disposed: 0,
      different: 0,
      differences: [],
    });
  });

  it("keeps nobody's words, names, grant or proof in a receipt, and shared facts once", async () => {
    const { plant, traveler, proof } = await aHistory();
    const receipts = await forSite(plant.site).receipt.findMany({
      where: { travelerId: traveler },
    });
    expect(receipts).toHaveLength(10);
    const kept = receipts.map(({ said, facts }) => `${said} ${facts}`).join("\n");
    for (const secret of [words, "Olga", "Quentin", "Ines", proof]) {
      expect(kept).not.toContain(secret);
    }
    expect(kept).not.toMatch(/grant|devicePrev/);
    const shared = await forSite(plant.site).factBlob.findMany();
    // The policy and three people; nothing of it twice.
    expect(shared).toHaveLength(4);
    expect(shared.filter(({ text }) => text?.includes("Olga"))).toHaveLength(1);
  });

  it("finds a rule that is not the one it was decided by", async () => {
    const { plant } = await aHistory();
    const found = await replayRecord(plant.site, (state, command, facts) =>
      command.type === "placeHold"
        ? { ok: false, error: { code: "not_permitted", params: {} } }
        : decide(state, command, facts),
    );
    expect(found).toMatchObject({ same: 8, different: 1 });
    const [difference] = found.differences;
    expect(difference).toMatchObject({ type: "placeHold", why: "the rules say otherwise" });
    expect(difference?.was).toContain("hold.placed");
    expect(difference?.is).toContain("not_permitted");
  });

  const hold = "said like '%placeHold%' and facts is not null";
  const another = `'"person":"' || (select o.facts::jsonb->>'person' from receipts o
    where o.traveler_id = r.traveler_id and o.said like '%addNote%') || '"'`;
  const tampered = [
    {
      what: "a verdict that was changed",
      sql: `update receipts r set verdict = replace(verdict::text, 'quality_doubt', 'x')::jsonb where ${hold}`,
      found: { type: "placeHold", why: "the record says otherwise" },
    },
    {
      what: "a command that was changed",
      sql: `update receipts r set said = replace(said, 'quality_doubt', 'x') where ${hold}`,
      found: { type: "placeHold", why: "the rules say otherwise" },
    },
    {
      what: "facts that were exchanged",
      sql: `update receipts r set facts = replace(facts,
        '"person":"' || (facts::jsonb->>'person') || '"', ${another}) where said like '%signBuyoff%'`,
      found: { type: "signBuyoff", why: "the rules say otherwise" },
    },
    {
      what: "facts that were taken away",
      sql: `update receipts r set facts = null, decided_at = null where ${hold}`,
      found: { type: "placeHold", why: "kept without the facts" },
    },
    {
      what: "a part of the facts that is gone",
      sql: "delete from fact_blobs r where text like '%Quentin%'",
      found: { type: "placeHold", why: "the rules say otherwise" },
    },
    {
      what: "a receipt that was removed",
      sql: `delete from receipts r where ${hold}`,
      found: { type: "hold.placed", why: "recorded without a receipt" },
    },
  ];

  it.each(tampered)("finds $what", async ({ sql, found }) => {
    const { plant } = await aHistory();
    await asIfTampered(`${sql} and r.site_id = '${plant.site}'`);
    const { different, differences } = await replayRecord(plant.site);
    expect(different).toBe(1);
    expect(differences).toMatchObject([found]);
  });

  it("calls nothing a difference that is older, or that retention has disposed of", async () => {
    const { plant, traveler } = await aHistory();
    await asIfTampered(`update text_blobs set text = null, disposed_at = now()
      where site_id = '${plant.site}' and text = '${words}'`);
    await asIfTampered(`update receipts set said = null, facts = null, decided_at = null
      where traveler_id = '${traveler}' and said like '%presentStep%'`);
    const found = await replayRecord(plant.site);
    expect(found).toMatchObject({ same: 6, disposed: 2, older: 1, different: 0 });
  });
});
