import pg from "pg";
import { actorOfGrant, actorOfSeed } from "#lib/boundary/actor";
import { readGrant, signGrant } from "#lib/boundary/grant";
import { forSite } from "#lib/db/client";
import {
  contentSha256,
  type InstructionContent,
  instructionContent,
  type Role,
} from "#lib/instructions/schema";
import { type Canonical, canonicalJson, canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import type { Actor } from "#lib/people/schema";
import { buyoffContent } from "#lib/travelers/buyoffs.rules";
import { applyEnvelopes, releaseTravelers } from "#lib/travelers/commands";
import type { Command, CommandVerdict, Envelope } from "#lib/travelers/schema";
import type { TravelerState } from "#lib/travelers/state.schema";

const id = uuidv7;
const words = (en: string) => ({ en, es: en });

function stepsOn(characteristic: string) {
  const base = { calls: [], media: [], work: "production", qualifications: [], buyoffs: [] };
  const field = { id: id(), required: true, positions: ["1"] };
  const step = (n: number, title: string, fields: unknown[]) => ({
    ...base,
    id: id(),
    number: `010.${n}`,
    title: words(title),
    text: words(title),
    fields,
    buries: [],
  });
  return [
    step(1, "Look", [{ ...field, id: id(), kind: "attribute", label: words("Clean") }]),
    step(2, "Measure", [
      {
        ...field,
        id: id(),
        kind: "measurement",
        label: words("Length"),
        characteristic,
        unit: "mm",
        samples: 1,
        limits: { kind: "fixed", min: "9.00", max: "11.00" },
        gageType: "caliper",
        retriesMax: 2,
      },
    ]),
    step(3, "Install", [
      {
        ...field,
        id: id(),
        kind: "component",
        label: words("Bracket"),
        find: "1",
        part: "C-1",
        alternates: [],
        trace: "serial",
        quantity: "1",
        expires: false,
      },
    ]),
  ];
}

const anInspection = () => ({
  id: id(),
  type: "inspection",
  meaning: words("I inspected this"),
  role: "inspector",
  qualifications: [],
  stamp: true,
  presence: "at_unit",
  holdPoint: true,
  offline: false,
});

/** Three steps and an inspection that holds: an attribute, a measurement with a gage, a component. */
export function anInstruction(number = `WI-${id().slice(-8)}`): InstructionContent {
  const characteristic = { id: id(), balloon: "1", name: words("Length"), unit: "mm" };
  return instructionContent.parse({
    schema: 1,
    number,
    revision: "01",
    title: words("Test instruction"),
    part: {
      number: "P-1",
      revision: "A",
      name: words("Part"),
      drawing: { number: "D-1", revision: "A" },
    },
    sequence: "strict",
    characteristics: [characteristic],
    operations: [
      {
        id: id(),
        number: "010",
        title: words("All of it"),
        workCenter: "ASM",
        qualifications: [],
        sequence: "free",
        steps: stepsOn(characteristic.id),
        buyoffs: [anInspection()],
      },
    ],
  });
}

/** One step and an inspection: the least that can be bought off. */
export function aShortInstruction(): InstructionContent {
  const content = anInstruction();
  const [operation] = content.operations;
  if (!operation) throw new Error("no operation");
  return { ...content, operations: [{ ...operation, steps: operation.steps.slice(0, 1) }] };
}

const policy = {
  defectCodes: [{ code: "DIM-01", label: words("Over"), holdReason: null }],
  holdSeverities: ["critical"],
  holdReasons: [{ code: "quality_doubt", label: words("Doubt"), owner: "quality" }],
  lateAfterMinutes: 15,
};
const shifts = [
  {
    validFrom: "2020-01-01",
    shifts: [
      { code: "1", from: "00:00", to: "12:00" },
      { code: "2", from: "12:00", to: "00:00" },
    ],
  },
];

/** As the administrator of the server: what no role of ours may do. */
export async function asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: process.env.BUYOFF_TEST_ADMIN_URL });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Until a statement in this test file's own database waits for a lock that another one holds; `of` is part of it. */
export const untilSomebodyWaits = (of = ""): Promise<void> =>
  asAdministrator(async (client) => {
    for (;;) {
      const { rowCount } = await client.query(
        `select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%' || $1 || '%'`,
        [of],
      );
      if (rowCount) return;
    }
  });

export type TestPerson = { id: string; name: string; roles: readonly Role[] };

/** A site of its own, so that tests don't meet: people, two tablets, a gage, stock, an order, a revision. */
export async function aPlant(
  content: InstructionContent = anInstruction(),
  id: (of: string) => string = () => uuidv7(),
) {
  const site = id("site");
  const scoped = forSite(site);
  const mark = site.slice(-8);
  await scoped.site.create({
    data: { id: site, code: mark, name: "Test site", timeZone: "America/Chicago", policy, shifts },
  });
  const person = async (name: string, roles: readonly Role[], stamp?: string) => {
    const of: TestPerson = { id: id(name), name, roles };
    await scoped.person.create({ data: { id: of.id, name, employeeNumber: `${name}-${mark}` } });
    await scoped.personRole.createMany({
      data: roles.map((role) => ({ personId: of.id, siteId: site, role })),
    });
    if (stamp) {
      await scoped.stamp.create({
        data: {
          number: `${stamp}-${mark}`,
          personId: of.id,
          kind: "inspection",
          issuedOn: new Date("2020-01-01"),
        },
      });
    }
    return of;
  };
  const people = {
    operator: await person("Olga", ["operator"]),
    inspector: await person("Ines", ["inspector"], "QI"),
    quality: await person("Quentin", ["quality"]),
  };
  const station = id("station");
  await scoped.station.create({
    data: { id: station, siteId: site, code: "ASM-1", name: "Bench", workCenter: "ASM" },
  });
  const gage = {
    id: id("gage"),
    site_id: site,
    code: "CAL-1",
    type: "caliper",
    name: "Caliper",
    unit: "mm",
    calibrated_min: "0.00",
    calibrated_max: "150.00",
    resolution: "0.01",
    uncertainty: "0.02",
    calibration_due_on: "2099-01-01",
    status: "in_service",
  };
  await scoped.$executeRaw`insert into gages
    select * from jsonb_populate_record(null::gages, ${JSON.stringify(gage)}::jsonb)`;
  await scoped.stock.create({
    data: { id: id("bracket"), siteId: site, part: "C-1", serial: "C1-0001" },
  });
  const order = { id: id("order"), number: `WO-${mark}` };
  await scoped.workOrder.create({
    data: { ...order, siteId: site, partNumber: "P-1", partRevision: "A", quantity: "10" },
  });
  const instruction = id("instruction");
  await scoped.instruction.create({
    data: { id: instruction, number: content.number, title: content.title },
  });
  const sha256 = contentSha256(content);
  await scoped.instructionRevision.create({
    data: {
      contentSha256: sha256,
      instructionId: instruction,
      revision: content.revision,
      status: "effective",
      content: canonicalJson(content as Canonical),
    },
  });
  const plant = { site, content, sha256, people, order, gage, station, instruction };
  return { ...plant, tablet: (as?: string) => aTablet(site, station, as), seed: actorOfSeed(site) };
}
export type TestPlant = Awaited<ReturnType<typeof aPlant>>;

const aGrant = (site: string, person: TestPerson, device: string): string =>
  signGrant({
    person: person.id,
    device,
    site,
    roles: [...person.roles],
    period: id(),
    issuedAt: instant(Date.now() - 3_600_000),
    notAfter: instant(Date.now() + 3_600_000),
  });

/** An enrolled tablet with its own count of commands. */
export async function aTablet(site: string, stationId: string, device = id()) {
  await forSite(site).device.create({
    data: {
      id: device,
      siteId: site,
      stationId,
      name: "Tablet",
      publicKey: {},
      enrolledAt: new Date(),
    },
  });
  const actor = {
    id: device,
    name: "Tablet",
    site,
    roles: [],
    via: "device",
    device: { id: device, station: "ASM-1", workCenter: "ASM" },
  } as unknown as Actor;
  let count = { seq: 0, prev: null as string | null };
  const grantFor = (person: TestPerson, at = device): string => aGrant(site, person, at);
  /** The next command of this tablet, counted. */
  const envelope = (
    person: TestPerson,
    traveler: string,
    command: Pick<Command, "type" | "body"> & { id?: string },
    auth: Partial<Envelope["auth"]> = {},
    { asOf, ...at }: Partial<Envelope["at"]> & { asOf?: string } = {},
  ): Envelope => {
    const made: Envelope = {
      v: 1,
      id: command.id ?? id(),
      device,
      deviceSeq: count.seq + 1,
      devicePrev: count.prev,
      traveler,
      expects: {
        revision: "01",
        contentSha256: "0".repeat(64),
        seq: 1,
        ...(asOf !== undefined && { asOf }),
      },
      type: command.type,
      body: command.body,
      person: person.id,
      auth: { grant: grantFor(person), ...auth },
      at: {
        wall: instant(Date.now()),
        monotonic: 1,
        bootId: id(),
        lastServerContact: null,
        skew: 0,
        ...at,
      },
      blobs: [],
    };
    count = { seq: made.deviceSeq, prev: canonicalSha256(made as unknown as Canonical) };
    return made;
  };
  const sendAs = async (batch: object): Promise<CommandVerdict[]> => {
    const answer = await applyEnvelopes(actor, batch, (grant, at, when) =>
      actorOfGrant(readGrant(grant), at, when),
    );
    return answer.verdicts;
  };
  const send = (...commands: readonly unknown[]) => sendAs({ protocol: 1, commands });
  return { actor, device, envelope, send, sendAs, grantFor };
}
export type TestTablet = Awaited<ReturnType<typeof aTablet>>;

export async function released(plant: TestPlant, ...serials: string[]): Promise<string[]> {
  const actor = actorOfSeed(plant.site, { ...plant.people.quality });
  const done = await releaseTravelers(actor, {
    workOrder: plant.order.number,
    contentSha256: plant.sha256,
    units: { serials },
  });
  if (!done.ok) throw new Error(done.error.code);
  return done.value.map((unit) => unit.id);
}

export async function stateOf(plant: TestPlant, traveler: string): Promise<TravelerState> {
  const row = await forSite(plant.site).traveler.findUniqueOrThrow({ where: { id: traveler } });
  return row.state as unknown as TravelerState;
}

/** What does the first step of a traveler, up to its end. */
export function firstStep(plant: TestPlant): Pick<Command, "type" | "body">[] {
  const step = plant.content.operations[0]?.steps[0];
  const field = step?.fields[0];
  if (!step || !field) throw new Error("no first step");
  return [
    { type: "presentStep", body: { step: step.id, language: "en" } },
    { type: "startStep", body: { step: step.id, late: undefined } },
    {
      type: "recordReading",
      body: {
        step: step.id,
        field: field.id,
        position: "1",
        sample: 1,
        value: "pass",
        source: "tap",
        confirmed: [],
        late: undefined,
      },
    },
    { type: "completeStep", body: { step: step.id, late: undefined } },
  ].map((command) => JSON.parse(JSON.stringify(command)) as Pick<Command, "type" | "body">);
}

/** Every buyoff of these units, by the inspector, with the proofs that POST /api/sign would have left. */
export async function buyoffsOf(
  plant: TestPlant,
  tablet: TestTablet,
  states: readonly TravelerState[],
): Promise<{ traveler: string; command: Command; proof: string }[]> {
  const asked = plant.content.operations.flatMap((operation) =>
    operation.buyoffs.map(({ id }) => ({ operation: operation.id, step: null, requirement: id })),
  );
  const made = states.flatMap((state) =>
    asked.map((of) => {
      const contentSha256 = canonicalSha256(buyoffContent(state, plant.content, of));
      const body = { ...of, contentSha256 };
      const command = { id: id(), type: "signBuyoff", body } as const;
      return { traveler: state.id, command, proof: id() };
    }),
  );
  await forSite(plant.site).signProof.createMany({
    data: made.map(({ command, proof }) => ({
      id: proof,
      siteId: plant.site,
      personId: plant.people.inspector.id,
      deviceId: tablet.device,
      commandId: command.id,
      contentSha256: command.body.contentSha256,
      method: "badge_pin",
      createdAt: new Date(),
      expiresAt: new Date(Date.now() + 600_000),
    })),
  });
  return made;
}

export async function aBuyoff(plant: TestPlant, tablet: TestTablet, state: TravelerState) {
  const [made] = await buyoffsOf(plant, tablet, [state]);
  if (!made) throw new Error("no buyoff");
  return made;
}

export const aHold = (): Pick<Command, "type" | "body"> => ({
  type: "placeHold",
  body: { hold: id(), scope: { kind: "traveler" }, reason: "quality_doubt", comment: null },
});
