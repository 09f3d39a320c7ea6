import { uuidv7 } from "#lib/kit/ids";
import { type Act, nextAct } from "../../prisma/seed/plan.ts";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt, kitFor, whoDoes, workOn } from "../support/crew.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { Player, workOnScreen } from "../support/player.ts";
import { run } from "../support/run.ts";
import { seen } from "../support/sight.ts";
import { act, aTablet, demoKit, type Tablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

/** Operator and inspector with stamp QI-11, qualified for torque: only his own work stands in his way. */
const both = "Stellan Berg";

const isInspection = (next: Act): boolean =>
  next.type === "signBuyoff" && next.by.role === "inspector";
const ownWork = { command: "signBuyoff", refusal: "signer_performed_work" };

/** Who torques, and what the story is called for it. */
const tellings: readonly { what: string; torques: (next: Act) => string }[] = [
  {
    what: "all four bolts",
    torques: () => both,
  },
  {
    what: "one bolt of four, with the operator's signature another's",
    torques: (next) =>
      next.type === "recordReading" && next.step === "060.3" && next.body.position === "3"
        ? both
        : "Marisol Reyes",
  },
];

for (const { what, torques } of tellings) {
  test(`story 6: who torqued ${what} accepts it with neither badge; another inspector does`, async ({
    page,
  }) => {
    const unit = await aUnit({ until: "060.1" });
    const observer = await aTablet(run.origin);
    const player = new Player(page, run.origin);
    await player.enrol();
    await player.signIn("Marisol Reyes");
    await player.open(unit);
    await workOnScreen(
      {
        player,
        observer,
        unit,
        who: (next) => (next.by.role === "inspector" ? whoDoes(next) : torques(next)),
        onScreen: (name, known) => seen(page, name, known),
      },
      isInspection,
    );

    const signature = page.getByRole("region", { name: "Signature" });
    await expect(signature).toBeVisible();
    await expect(signature.getByText("Inspection: scan your badge")).toBeVisible();
    await seen(page, "inspection asked for");
    const refusal = signature.getByRole("alert");
    const tries = async (name: string, badge: number, why: string) => {
      await player.scan(player.badgeOf(name, badge).badge);
      await player.pin(name);
      await signature.getByRole("button", { name: /^Accept/ }).click();
      await expect(refusal).toContainText(why);
      await seen(page, `refused ${name} ${badge}`);
    };
    const badges = [player.badgeOf(both, 0).badge, player.badgeOf(both, 1).badge];
    expect(new Set(badges).size).toBe(2);
    await tries(both, 0, `${both}: you worked on this. Nobody accepts their own work.`);
    await expect(refusal).toContainText("Ask another person who may accept it.");
    // In between somebody else is refused for another reason, so that the next refusal is a new one.
    await tries("Marisol Reyes", 0, "Marisol Reyes may not sign this buyoff.");
    await expect(refusal).toContainText("Ask someone with the role: Inspector.");
    await tries(both, 1, `${both}: you worked on this. Nobody accepts their own work.`);

    await player.sign("Priya Raman");
    const { people, state } = await accepted(observer, unit.traveler);
    const nameOf = (id: string) => people[id]?.name;
    const buyoffs = await told(unit.traveler, "buyoff.signed");
    const onTorque = state.buyoffs.filter(({ requirement }) =>
      buyoffs.some(({ body }) => body.requirement === requirement && body.type === "inspection"),
    );
    expect(onTorque.at(-1)).toMatchObject({ status: "signed", stamp: "QI-07" });
    expect(nameOf(onTorque.at(-1)?.person ?? "")).toBe("Priya Raman");
    const accepting = buyoffs.filter(({ body }) => body.type !== "operator");
    expect(accepting.map(({ body }) => nameOf(body.signer))).not.toContain(both);
    const refused = await told(unit.traveler, "attempt.refused");
    expect(refused.map(({ body }) => body)).toMatchObject([
      { ...ownWork, params: { person: both } },
      { command: "signBuyoff", refusal: "buyoff_role", params: { person: "Marisol Reyes" } },
      { ...ownWork, params: { person: both } },
    ]);
    expect(await told(unit.traveler, "command.not_applied")).toEqual([]);
    expect(await expectSameDecisions(page)).toBeGreaterThan(15);
    await seen(page, "accepted by another");
  });
}

/** What the server holds once the signature of op 060 has arrived there. */
async function accepted(observer: Tablet, traveler: string) {
  let packet = await observer.packet(traveler);
  const isSigned = ({ content, state }: typeof packet) => {
    const operation = content.operations.find(({ number }) => number === "060");
    return state.buyoffs.some(
      (of) => of.operation === operation?.id && of.type === "inspection" && of.status === "signed",
    );
  };
  await expect(async () => {
    packet = await observer.packet(traveler);
    expect(isSigned(packet)).toBe(true);
  }).toPass();
  return packet;
}

test("story 6: past a tablet that asks no rules, the server refuses either badge", async () => {
  const unit = await aUnit({ until: "060.3" });
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const kit = kitFor(unit);
  const isTorque = (next: Act) => next.type === "recordReading" && next.step === "060.3";
  let packet = await tablet.packet(unit.traveler);
  packet = await workOn(tablet, crew, kit, packet, isTorque);
  const torque = nextAct(packet.state, packet.content, kit);
  const stellan = await crew.person(both);
  const done = await act(tablet, stellan, packet, "recordReading", torque?.body as never);
  expect(done.verdict).toMatchObject({ verdict: "applied" });
  packet = await workOn(tablet, crew, kit, done.packet, isInspection);
  const buyoff = nextAct(packet.state, packet.content, kit);
  if (buyoff?.type !== "signBuyoff") throw new Error("no buyoff is due");

  const badges = (await demoKit(run.origin)).badges.filter(({ name }) => name === both);
  expect(badges).toHaveLength(2);
  for (const badge of badges) {
    packet = await tablet.packet(unit.traveler);
    const id = uuidv7();
    const { contentSha256 } = buyoff.body;
    const { proof } = await tablet.proof(stellan, badge, { command: id, contentSha256 });
    const signed = await act(tablet, stellan, packet, "signBuyoff", buyoff.body, { id, proof });
    expect(signed.verdict).toMatchObject({
      verdict: "recorded_not_applied",
      refusal: { code: ownWork.refusal },
    });
  }
  const refused = await told(unit.traveler, "command.not_applied");
  expect(refused.map(({ person, body }) => ({ person, body }))).toMatchObject(
    badges.map(() => ({ person: stellan.person.id, body: ownWork })),
  );
  const signed = await told(unit.traveler, "buyoff.signed");
  expect(signed.filter(({ body }) => body.signer === stellan.person.id)).toEqual([]);
});
