import { deviceCookie } from "#lib/boundary/cookies";
import { forSite, inTransaction } from "#lib/db/client";
import {
  aPlant,
  aShortInstruction,
  aTablet,
  buyoffsOf,
  released,
  type TestPlant,
  type TestTablet,
} from "#lib/db/test-record-plant";
import type { InstructionContent } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import { newToken, tokenHash } from "#lib/kit/secrets";
import type { Command, CommandVerdict, Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";
import { run } from "../support/run.ts";
import { sameOrigin } from "../support/tablet.ts";

/** So many operations of one step and one inspection each, in any order. */
function instructionOf(operations: number): InstructionContent {
  const content = aShortInstruction();
  const [model] = content.operations;
  const [step] = model?.steps ?? [];
  const [field] = step?.fields ?? [];
  const [buyoff] = model?.buyoffs ?? [];
  if (!model || !step || !field || !buyoff) throw new Error("the short instruction is too short");
  return {
    ...content,
    sequence: "free",
    operations: Array.from({ length: operations }, (_, at) => {
      const number = String((at + 1) * 10).padStart(3, "0");
      return {
        ...model,
        id: uuidv7(),
        number,
        steps: [
          { ...step, id: uuidv7(), number: `${number}.1`, fields: [{ ...field, id: uuidv7() }] },
        ],
        buyoffs: [{ ...buyoff, id: uuidv7(), holdPoint: false }],
      };
    }),
  };
}

/** A site of the bench's own, whose units wait for `operations` inspections each. */
export async function aBenchPlant(operations: number): Promise<TestPlant> {
  const plant = await aPlant(instructionOf(operations));
  await forSite(plant.site).workOrder.update({
    where: { id: plant.order.id },
    data: { quantity: "1000000" },
  });
  return plant;
}

export type BenchTablet = TestTablet & { headers: Record<string, string> };

/** A tablet that may also knock at the web's door. */
export async function aBenchTablet(plant: TestPlant): Promise<BenchTablet> {
  const tablet = await aTablet(plant.site, plant.station);
  const token = newToken();
  const now = Date.now();
  await inTransaction(
    (tx) =>
      tx.deviceSession.create({
        data: {
          tokenHash: tokenHash(token),
          deviceId: tablet.device,
          siteId: plant.site,
          createdAt: new Date(now),
          expiresAt: new Date(now + 3_600_000),
        },
      }),
    plant.site,
  );
  const cookie = `${deviceCookie.name}=${token}`;
  return { ...tablet, headers: { ...sameOrigin(run.origin), cookie } };
}

export function allApplied(verdicts: readonly CommandVerdict[]): void {
  const other = verdicts.find(({ verdict }) => verdict !== "applied");
  if (other) throw new Error(`not applied: ${JSON.stringify(other)}`);
}

const batchMax = 50;

/** The whole work of a step, as its operator sends it. */
export function workOn(plant: TestPlant): Pick<Command, "type" | "body">[] {
  return plant.content.operations.flatMap(({ steps }) =>
    steps.flatMap((step) => {
      const [field] = step.fields;
      const reading = { position: "1", sample: 1, value: "pass", source: "tap", confirmed: [] };
      return [
        { type: "presentStep", body: { step: step.id, language: "en" } },
        { type: "startStep", body: { step: step.id } },
        { type: "recordReading", body: { step: step.id, field: field?.id, ...reading } },
        { type: "completeStep", body: { step: step.id } },
      ] as unknown as Pick<Command, "type" | "body">[];
    }),
  );
}

let unitsMade = 0;

/** Units whose work is done, so that each inspection of theirs may be signed. */
export async function unitsToBuyOff(
  plant: TestPlant,
  tablet: BenchTablet,
  count: number,
): Promise<TravelerState[]> {
  const made: string[] = [];
  while (made.length < count) {
    const names = Array.from({ length: Math.min(batchMax, count - made.length) }, () => {
      unitsMade += 1;
      return `B-${unitsMade}`;
    });
    made.push(...(await released(plant, ...names)));
  }
  const envelopes = made.flatMap((traveler) =>
    workOn(plant).map((act) => tablet.envelope(plant.people.operator, traveler, act)),
  );
  for (let at = 0; at < envelopes.length; at += batchMax) {
    allApplied(await tablet.send(...envelopes.slice(at, at + batchMax)));
  }
  const rows = await forSite(plant.site).traveler.findMany({ where: { id: { in: made } } });
  return rows.map(({ state }) => state as unknown as TravelerState);
}

/** Every inspection of these units, signed: as commands of this tablet, with proofs made beforehand. */
export async function signedBuyoffs(
  plant: TestPlant,
  tablet: BenchTablet,
  states: readonly TravelerState[],
): Promise<Envelope[]> {
  const { inspector } = plant.people;
  const made = await buyoffsOf(plant, tablet, states);
  // Who has signed in has one grant, and every act until the sign-out bears it.
  const grant = tablet.grantFor(inspector);
  return made.map(({ command, proof, traveler }) =>
    tablet.envelope(inspector, traveler, command, { grant, proof }),
  );
}

export const batchOf = (commands: readonly Envelope[]): string =>
  JSON.stringify({ protocol: 1, commands });
