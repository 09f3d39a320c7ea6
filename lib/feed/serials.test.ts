import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { uuidv7 } from "#lib/kit/ids";
import { applyCommand } from "#lib/travelers/commands";
import type { CommandBody } from "#lib/travelers/schema";
import { qmsSandboxConfig } from "./connectors/qms-sandbox/rules.ts";
import { aPlant, type TestPlant } from "./testing/plant.ts";
import { type Sandbox, startSandbox } from "./testing/sandbox.ts";
import { aHeldTraveler, aTraveler } from "./testing/traveler.ts";
import { startWorker, type Worker } from "./testing/worker.ts";

// The web's side of it runs here, as the web's role; the worker is the product's own process.
let sandbox: Sandbox;
let plant: TestPlant;
let worker: Worker;
beforeAll(() => {
  worker = startWorker();
});
afterAll(async () => {
  await worker.stop();
});
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  await plant.stop();
  await sandbox.stop();
});

const soon = <T>(fact: () => Promise<T>) => vi.waitFor(fact, { timeout: 120_000, interval: 50 });
const lotOf = (quantity: string) => ({ lot: "B13-0418", quantity });
const many = Array.from({ length: 9 }, (_, nth) => `FSB-06${String(nth + 10)}`);
const [first, second, third] = ["FSB-0501", "FSB-0502", "FSB-0503"] as const;

/** A QMS whose records are about serial numbers and nothing else. */
async function aQmsOfSerials() {
  const { create, verify } = qmsSandboxConfig(sandbox.url);
  const numbers = '$join($serials(), ", ")';
  plant = await aPlant(sandbox.url, {
    create: { ...create, body: create.body.replace('"serial": unit', `"serial": ${numbers}`) },
    verify: {
      ...verify,
      expected: verify.expected.replace(
        '"serial": $exists(unit) ? unit : null',
        `"serial": ${numbers}`,
      ),
    },
  });
}
const serialsThere = async () =>
  (await sandbox.ncrs()).map(({ fields }) => fields.serial ?? "").toSorted();
const states = async () => (await plant.deliveries()).map(({ state }) => state);
const results = async () => (await plant.deliveries()).map(({ last_result }) => last_result);
const notes = async () =>
  Object.fromEntries(
    (await sandbox.ncrs()).map(({ fields, comments }) => [
      fields.location ?? "",
      comments.map(({ text }) => text.replace(/ \[.*\]$/, "")),
    ]),
  );
type Told = Awaited<ReturnType<typeof aTraveler>>;
const giveTo = async ({ actor }: Told, traveler: string, serials: string[]) => {
  const command = { id: uuidv7(), type: "assignSerials" as const, body: { serials } };
  expect(await applyCommand(actor, { traveler, command })).toMatchObject({ verdict: "applied" });
};
const give = (lot: Told, serials: string[]) => giveTo(lot, lot.traveler, serials);
const split = async ({ tell }: Told, body: Partial<CommandBody<"splitTraveler">>) => {
  const child = uuidv7();
  const verdict = await tell({
    type: "splitTraveler",
    body: { child, quantity: "1", reason: "Set apart", ...body },
  });
  expect(verdict).toMatchObject({ verdict: "applied" });
  return child;
};

describe("failure 22: pieces that get their serial numbers later", () => {
  test("what a system takes by serial numbers alone waits by the lot's name, and goes by itself with the numbers", async () => {
    await aQmsOfSerials();
    const lot = await aHeldTraveler(plant, lotOf("2"));
    await soon(async () => expect(await states()).toEqual(["parked"]));
    expect(await results()).toEqual(["no serial numbers yet: B13-0418"]);
    expect((await sandbox.count()).ncrs).toBe(0);
    expect(await plant.deliveries()).toMatchObject([{ attempts: 0 }]);

    // Another lot's numbers are none of its own.
    const other = await aTraveler(plant, { lot: "B13-0419", quantity: "1" }, "WO-700119");
    await give(other, [third]);
    await lot.logDefect({ location: "bolt 4" });
    await soon(async () => expect(await states()).toEqual(["parked", "parked"]));

    await give(lot, [first, second]);
    await soon(async () => expect(await states()).toEqual(["tracking", "tracking"]));
    const both = `${first}, ${second}`;
    expect(await serialsThere()).toEqual([both, both]);
    // They went out with them: nobody has to be told what stands there.
    expect(Object.values(await notes())).toEqual([[], []]);

    // Logged after the numbers were given, nothing waits; a unit's own number was always there.
    await lot.logDefect({ location: "bolt 5" });
    await aHeldTraveler(plant, { serials: ["FSB-0118"] }, {}, "WO-700120");
    await soon(async () =>
      expect(await states()).toEqual(["tracking", "tracking", "tracking", "tracking"]),
    );
    expect(await serialsThere()).toEqual([both, both, both, "FSB-0118"].toSorted());
  });

  test("a defect that has left with its piece goes with that piece's numbers and no others", async () => {
    await aQmsOfSerials();
    const lot = await aHeldTraveler(plant, lotOf("3"));
    await soon(async () => expect(await states()).toEqual(["parked"]));
    const child = await split(lot, { defects: [lot.defect] });
    await give(lot, [second, third]);
    // The numbers of those that stayed are not those of the piece that left.
    await lot.logDefect({ location: "bolt 4" });
    await soon(async () => expect(await states()).toEqual(["parked", "tracking"]));
    expect(await serialsThere()).toEqual([`${second}, ${third}`]);
    await giveTo(lot, child, [first]);
    await soon(async () => expect(await states()).toEqual(["tracking", "tracking"]));
    expect(await serialsThere()).toEqual([first, `${second}, ${third}`].toSorted());
  });

  test("each record that speaks of the lot is told the numbers of the pieces, once, and no record of another lot", async () => {
    plant = await aPlant(sandbox.url);
    const lot = await aHeldTraveler(plant, lotOf("3"), { location: "bolt 3" });
    await lot.logDefect({ location: "bolt 4" });
    const left = await lot.logDefect({ location: "bolt 5" });
    const elsewhere = { lot: "B13-0419", quantity: "1" };
    await aHeldTraveler(plant, elsewhere, { location: "elsewhere" }, "WO-700119");
    await soon(async () => expect(await states()).toEqual(Array(4).fill("tracking")));
    const child = await split(lot, { defects: [left] });
    await give(lot, [first, second]);
    const told = [`The pieces of B13-0418 have serial numbers now: ${first}, ${second}.`];
    await soon(async () =>
      expect(await notes()).toEqual({
        "bolt 3": told,
        "bolt 4": told,
        "bolt 5": [],
        elsewhere: [],
      }),
    );
    await giveTo(lot, child, [third]);
    const apart = [`The pieces of B13-0418-1 have serial numbers now: ${third}.`];
    await soon(async () => expect(await notes()).toMatchObject({ "bolt 5": apart }));
    expect(await notes()).toMatchObject({ "bolt 3": told, "bolt 4": told, elsewhere: [] });
    expect(await states()).toHaveLength(7);
  });

  test("more numbers than a record's field takes are attached whole to it", async () => {
    const { create, fields = [] } = qmsSandboxConfig(sandbox.url);
    const numbers = '"serial": $join($serials(), ", ")';
    const overflow = { to: "attachment", name: "serials.txt" } as const;
    plant = await aPlant(sandbox.url, {
      create: { ...create, body: create.body.replace('"serial": unit', numbers) },
      fields: [...fields, { field: "serial", max: 24, count: "utf16", overflow }],
      verify: { expected: '{ "serial": $sent.serial }', actual: '{ "serial": fields.serial }' },
    });
    const lot = await aTraveler(plant, lotOf("9"));
    await give(lot, many);
    await lot.logDefect({ location: "bolt 7" });
    await soon(async () => expect(await states()).toEqual(["tracking"]));
    const [ncr] = await sandbox.ncrs();
    expect(ncr?.fields.serial).toBe("FSB-0610, FSB-0611, FSB…");
    expect(ncr?.attachments.map(({ name, size }) => `${name} ${size}`)).toEqual([
      `serials.txt ${many.join(", ").length}`,
    ]);
  });

  test("more than an update's text takes are attached whole before the update that tells of them", async () => {
    const { update } = qmsSandboxConfig(sandbox.url);
    const overflow = { to: "attachment", name: "told.txt" } as const;
    plant = await aPlant(sandbox.url, {
      update: { ...update, text: { max: 60, count: "utf16", overflow } },
    });
    const lot = await aHeldTraveler(plant, lotOf("9"), { location: "bolt 8" });
    await soon(async () => expect(await states()).toEqual(["tracking"]));
    await give(lot, many);
    const whole = `The pieces of B13-0418 have serial numbers now: ${many.join(", ")}.`;
    await soon(async () => {
      const [ncr] = await sandbox.ncrs();
      expect(ncr?.attachments.map(({ name, size }) => `${name} ${size}`)).toEqual([
        `told.txt ${whole.length}`,
      ]);
      expect(ncr?.comments.map(({ text }) => text.replace(/ \[.*\]$/, ""))).toEqual([
        `${whole.slice(0, 59).trimEnd()}…`,
      ]);
    });
  });
});
