import { expect, test } from "@playwright/test";
import type { InstructionContent, Step } from "#lib/instructions/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import type { Packet } from "#lib/offline/wire.schema";
import { buyoffContent } from "#lib/travelers/buyoffs.rules";
import type { CommandBody, CommandType, CommandVerdict } from "#lib/travelers/schema";
import { type Crew, crewAt, type Unit } from "./support/crew.ts";
import { entriesOf } from "./support/database.ts";
import { run } from "./support/run.ts";
import { act, aTablet, type Tablet } from "./support/tablet.ts";
import { aSerial, type UnitWanted, units } from "./support/units.ts";

/** A tablet that asks its own rules nothing: what is refused here is refused by the server alone. */
type Bench = { tablet: Tablet; crew: Crew; packet: Packet; unit: Unit };
type Attempt = {
  rule: string;
  /** Which of the prepared units, by the step it stands before. */
  at: keyof typeof prepared;
  who?: string;
  refused: string;
  says: (bench: Bench) => Promise<Said> | Said;
};
type Said = { [T in CommandType]: { type: T; body: CommandBody<T>; auth?: Auth } }[CommandType];
type Auth = { id?: string; proof?: string };

const prepared = {
  fresh: {},
  "kit scanned": { until: "010.4" },
  "tools to count": { until: "010.4" },
  "bores measured": { untilBuyoff: "020" },
  "sealant to mix": { until: "050.1" },
  "torque to record": { until: "060.1" },
  "final torque": { until: "060.3" },
  "torque to accept": { untilBuyoff: "060" },
} as const satisfies Record<string, Omit<UnitWanted, "unit">>;

const stepOf = (content: InstructionContent, number: string): Step => {
  const step = content.operations.flatMap(({ steps }) => steps).find((of) => of.number === number);
  if (!step) throw new Error(`there is no step ${number}`);
  return step;
};
const operationOf = (content: InstructionContent, number: string) => {
  const operation = content.operations.find((of) => of.number === number);
  if (!operation) throw new Error(`there is no operation ${number}`);
  return operation;
};

/** One reading at a step, the first of its fields that takes one. */
function reading(
  packet: Packet,
  number: string,
  kind: string,
  value: string,
  position?: string,
): Said {
  const step = stepOf(packet.content, number);
  const field = step.fields.find((of) => of.kind === kind);
  if (!field) throw new Error(`${number} has no ${kind}`);
  return {
    type: "recordReading",
    body: {
      step: step.id,
      field: field.id,
      position: position ?? field.positions[0] ?? "1",
      sample: 1,
      value,
      source: "keypad",
      confirmed: ["out_of_limits"],
    },
  };
}

function install(
  packet: Packet,
  number: string,
  part: string,
  of: { serial?: string; lot?: string },
): Said {
  const step = stepOf(packet.content, number);
  const field = step.fields.find((one) => one.kind === "component");
  if (!field) throw new Error(`${number} installs nothing`);
  const { serial = null, lot = null } = of;
  const position = field.positions[0] ?? "1";
  return {
    type: "installComponent",
    body: { step: step.id, field: field.id, position, part, serial, lot, quantity: "a/r" },
  };
}

const buyoff = (packet: Packet, number: string, step: string | null, index: number) => {
  const operation = operationOf(packet.content, number);
  const on = step ? stepOf(packet.content, step) : null;
  const requirement = (on ?? operation).buyoffs[index];
  if (!requirement) throw new Error(`${number} has no buyoff ${index}`);
  return { operation: operation.id, step: on?.id ?? null, requirement: requirement.id };
};
/** With the hash of exactly what a signer would see. */
const asShown = (packet: Packet, place: ReturnType<typeof buyoff>) => ({
  ...place,
  contentSha256: canonicalSha256(buyoffContent(packet.state, packet.content, place)),
});
const nothingShown = "0".repeat(64);

const attempts: readonly Attempt[] = [
  {
    rule: "2 sequence: a later step can't be started",
    at: "fresh",
    refused: "step_out_of_order",
    says: ({ packet }) => ({
      type: "startStep",
      body: { step: stepOf(packet.content, "010.3").id },
    }),
  },
  {
    rule: "2 sequence: nothing is recorded at a step that nobody started",
    at: "tools to count",
    refused: "step_not_in_work",
    says: ({ packet }) => reading(packet, "010.4", "count", "14"),
  },
  {
    rule: "3 qualification: an apprentice can't start a torque step",
    at: "torque to record",
    who: "Jamal Whitfield",
    refused: "not_qualified",
    says: ({ packet }) => ({
      type: "startStep",
      body: { step: stepOf(packet.content, "060.1").id },
    }),
  },
  {
    rule: "3 qualification: one that lapsed four days ago is none",
    at: "sealant to mix",
    who: "Tomás Herrera",
    refused: "not_qualified",
    says: ({ packet }) => ({
      type: "startStep",
      body: { step: stepOf(packet.content, "050.1").id },
    }),
  },
  {
    rule: "6 gage: one whose calibration lapsed yesterday is refused",
    at: "final torque",
    refused: "gage_calibration_lapsed",
    says: ({ packet }) => ({
      type: "selectGage",
      body: { operation: operationOf(packet.content, "060").id, gage: "TW-0198" },
    }),
  },
  {
    rule: "6 gage: one that nobody registered is unknown",
    at: "final torque",
    refused: "gage_unknown",
    says: ({ packet }) => ({
      type: "selectGage",
      body: { operation: operationOf(packet.content, "060").id, gage: "TW-9999" },
    }),
  },
  {
    rule: "6 gage: a type that the operation doesn't use",
    at: "final torque",
    refused: "gage_wrong_type",
    says: ({ packet }) => ({
      type: "selectGage",
      body: { operation: operationOf(packet.content, "060").id, gage: "SC-0019" },
    }),
  },
  {
    rule: "10 buyoff: without a proof nobody has signed",
    at: "torque to accept",
    refused: "proof_missing",
    says: ({ packet }) => ({
      type: "signBuyoff",
      body: asShown(packet, buyoff(packet, "060", "060.5", 0)),
    }),
  },
  {
    rule: "10 buyoff: a proof for another command proves nothing here",
    at: "torque to accept",
    refused: "proof_not_for_this",
    says: async ({ packet, tablet, crew }) => {
      const body = asShown(packet, buyoff(packet, "060", "060.5", 0));
      const who = await crew.person("Marisol Reyes");
      const { proof } = await tablet.proof(who, crew.badgeOf("Marisol Reyes"), {
        command: uuidv7(),
        contentSha256: body.contentSha256,
      });
      return { type: "signBuyoff", body, auth: { proof } };
    },
  },
  {
    rule: "10 buyoff: what was signed must be what is there",
    at: "torque to accept",
    refused: "content_changed",
    says: async ({ packet, tablet, crew }) => {
      const id = uuidv7();
      const who = await crew.person("Marisol Reyes");
      const { proof } = await tablet.proof(who, crew.badgeOf("Marisol Reyes"), {
        command: id,
        contentSha256: nothingShown,
      });
      const body = { ...buyoff(packet, "060", "060.5", 0), contentSha256: nothingShown };
      return { type: "signBuyoff", body, auth: { id, proof } };
    },
  },
  {
    rule: "10 buyoff: an operator is no inspector",
    at: "bores measured",
    refused: "buyoff_role",
    says: async ({ packet, tablet, crew }) => {
      const id = uuidv7();
      const who = await crew.person("Marisol Reyes");
      const { proof } = await tablet.proof(who, crew.badgeOf("Marisol Reyes"), {
        command: id,
        contentSha256: nothingShown,
      });
      const body = { ...buyoff(packet, "020", "020.6", 0), contentSha256: nothingShown };
      return { type: "signBuyoff", body, auth: { id, proof } };
    },
  },
  {
    rule: "12 hold point: nothing passes it unsigned",
    at: "bores measured",
    refused: "hold_point_open",
    says: ({ packet }) => ({
      type: "startStep",
      body: { step: stepOf(packet.content, "030.1").id },
    }),
  },
  {
    rule: "13 holds: an operator releases none",
    at: "fresh",
    refused: "not_permitted",
    says: () => ({
      type: "releaseHold",
      body: { hold: uuidv7(), comment: "go on", byHand: null },
    }),
  },
  {
    rule: "14 dispositions: none comes from the floor",
    at: "fresh",
    refused: "not_permitted",
    says: () => ({
      type: "receiveDisposition",
      body: {
        defect: uuidv7(),
        from: "hand",
        ncr: "NCR-1",
        dispositions: [
          { decision: "rework", quantity: "1", designAuthority: null, concession: null },
        ],
        evidence: null,
        reason: "because",
      },
    }),
  },
  {
    rule: "17 completion: with open steps there is none",
    at: "torque to accept",
    refused: "traveler_incomplete",
    says: () => ({ type: "completeTraveler", body: {} }),
  },
];

test.describe("what the rules refuse is refused by the server alone", () => {
  const made = new Map<string, Unit>();
  let tablet: Tablet;
  let crew: Crew;

  test.beforeAll(async () => {
    tablet = await aTablet(run.origin);
    crew = await crewAt(tablet);
    const names = Object.keys(prepared) as (keyof typeof prepared)[];
    const wanted = names.map((name) => ({ unit: aSerial(), ...prepared[name] }));
    for (const [index, unit] of (await units(wanted)).entries()) made.set(names[index] ?? "", unit);
  });

  for (const attempt of attempts) {
    test(attempt.rule, async () => {
      const unit = made.get(attempt.at);
      if (!unit) throw new Error(`no unit stands at ${attempt.at}`);
      const packet = await tablet.packet(unit.traveler);
      const said = await attempt.says({ tablet, crew, packet, unit });
      await expectOnlyItsRefusal(packet, attempt, said);
    });
  }

  test("1 on hold: nothing is recorded, and the hold says whose it is", async () => {
    const { packet, who } = await onHold();
    const said = reading(packet, "010.4", "count", "14");
    await expectOnlyItsRefusal(packet, { refused: "on_hold", who }, said);
  });

  test("5 limits: a step with a value outside them can't be completed", async () => {
    const unit = made.get("torque to record");
    const who = await crew.person("Marisol Reyes");
    let packet = await tablet.packet(unit?.traveler ?? "");
    const step = stepOf(packet.content, "060.1");
    for (const said of [
      { type: "presentStep", body: { step: step.id, language: "en" } },
      { type: "startStep", body: { step: step.id } },
      {
        type: "selectGage",
        body: { operation: operationOf(packet.content, "060").id, gage: "DW-0066" },
      },
      reading(packet, "060.1", "measurement", "9.4", "1"),
    ] as const) {
      const done = await act(tablet, who, packet, said.type, said.body as never);
      expect(done.verdict, said.type).toMatchObject({ verdict: "applied" });
      packet = done.packet;
    }
    const complete: Said = { type: "completeStep", body: { step: step.id } };
    await expectOnlyItsRefusal(packet, { refused: "reading_out_of_limits" }, complete);
  });

  test("7 components: expired, on hold, unknown and wrong parts are refused", async () => {
    const unit = made.get("sealant to mix");
    const who = await crew.person("Marisol Reyes");
    let packet = await tablet.packet(unit?.traveler ?? "");
    const step = stepOf(packet.content, "050.1");
    for (const type of ["presentStep", "startStep"] as const) {
      const body = type === "presentStep" ? { step: step.id, language: "en" } : { step: step.id };
      packet = (await act(tablet, who, packet, type, body as never)).packet;
    }
    const scans = [
      ["component_expired", install(packet, "050.1", "PS-B2", { lot: "PSB-2207" })],
      ["component_unknown", install(packet, "050.1", "PS-B2", { lot: "PSB-0000" })],
      ["component_wrong_part", install(packet, "050.1", "NG-TS-OR", { lot: "LAC-0093" })],
    ] as const;
    for (const [refused, said] of scans) {
      await expectOnlyItsRefusal(await tablet.packet(packet.state.id), { refused }, said);
    }
  });

  async function onHold() {
    const unit = made.get("kit scanned");
    const who = "Marisol Reyes";
    const packet = await tablet.packet(unit?.traveler ?? "");
    const held = await act(tablet, await crew.person(who), packet, "placeHold", {
      hold: uuidv7(),
      scope: { kind: "traveler" },
      reason: "parts",
      comment: null,
    });
    expect(held.verdict).toMatchObject({ verdict: "applied" });
    return { packet: held.packet, who };
  }

  async function expectOnlyItsRefusal(
    packet: Packet,
    { refused, who = "Marisol Reyes" }: Pick<Attempt, "refused" | "who">,
    said: Said,
  ): Promise<void> {
    const person = await crew.person(who);
    let seen = packet;
    if (said.type === "startStep") {
      const shown = { step: said.body.step, language: "en" } as const;
      seen = (await act(tablet, person, packet, "presentStep", shown)).packet;
    }
    const envelope = tablet.envelope(person, seen, said.type, said.body, said.auth ?? {});
    const [verdict] = await tablet.send([envelope]);
    expect(verdict).toMatchObject({
      verdict: "recorded_not_applied",
      refusal: { code: refused },
    });
    const entries = await entriesOf(packet.state.id, seen.state.seq);
    expect(entries.map(({ type }) => type)).toEqual(["command.not_applied"]);
    const mine = entries.filter(({ command_id }) => command_id === envelope.id);
    expect(refusalIn(verdict)).toBe(JSON.parse(mine[0]?.line ?? "{}").body.refusal);
  }
});

const refusalIn = (verdict: CommandVerdict | undefined): string | null =>
  verdict?.verdict === "recorded_not_applied" ? verdict.refusal.code : null;
