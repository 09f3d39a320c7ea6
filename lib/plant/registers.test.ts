import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aSite, type TestSite, valueIn } from "#lib/db/test-plant";
import { sha256Hex } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { ordersAtSite, ordersPage } from "#lib/travelers/orders.queries";
import { calibrateGage, changeGage, createGage } from "./gages.commands.ts";
import { type GageForm, gageForm, gageRow } from "./gages.schema.ts";
import { columnsFor, previewImport, runImport } from "./import.commands.ts";
import { changeOrder, createOrder } from "./orders.commands.ts";
import { changeStation, createStation } from "./stations.commands.ts";

const aGage = (more: Partial<GageForm> = {}): GageForm => ({
  command: uuidv7(),
  code: `TW-${randomUUID().slice(0, 6)}`,
  type: "torque_wrench",
  name: "Torque wrench 5–60 N·m",
  unit: "N·m",
  resolution: "0.1",
  calibratedMin: "5.0",
  calibratedMax: "60.0",
  uncertainty: "0.3",
  calibrationDueOn: "2027-03-01",
  ...more,
});
const aCalibration = (gage: string) => ({
  command: uuidv7(),
  gage,
  calibratedOn: "2026-03-01",
  calibratedMin: "5.0",
  calibratedMax: "55.0",
  uncertainty: "0.4",
  calibrationDueOn: "2027-03-01",
  certificate: "K-2291",
  laboratory: "Metrology North",
  asFound: "in_tolerance" as const,
  asLeft: "in_service" as const,
  comment: "",
});
const entriesOf = async (site: TestSite, stream: string) => {
  const rows = await forSite(site.id).entry.findMany({
    where: { streamId: stream },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ type, line }) => ({ type, body: JSON.parse(line).body }));
};
const refusalOf = async (done: Promise<{ ok: boolean; error?: { code: string } }>) => {
  const result = await done;
  return result.ok ? "done" : result.error?.code;
};

test("a gage enters with its entry, and a second one of its code does not", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const form = aGage();
  const { gage } = valueIn(await createGage(actor, form));
  expect(await entriesOf(site, gage)).toMatchObject([
    { type: "gage.created", body: { code: form.code, calibrationDueOn: "2027-03-01" } },
  ]);
  expect(await refusalOf(createGage(actor, aGage({ code: form.code })))).toBe("gage_code_taken");
  expect(await refusalOf(createGage(actor, form))).toBe("gage_code_taken");
});

test("a change says what was before, what is after, and why", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const { gage } = valueIn(await createGage(actor, aGage()));
  const change = {
    command: uuidv7(),
    gage,
    type: "torque_wrench",
    name: "Torque wrench",
    unit: "N·m",
    resolution: "0.1",
    status: "quarantined" as const,
    reason: "dropped at ASM-1",
  };
  valueIn(await changeGage(actor, change));
  expect((await entriesOf(site, gage))[1]).toEqual({
    type: "gage.changed",
    body: {
      changes: {
        name: { before: "Torque wrench 5–60 N·m", after: "Torque wrench" },
        status: { before: "in_service", after: "quarantined" },
      },
      reason: sha256Hex("dropped at ASM-1"),
    },
  });
  expect(await refusalOf(changeGage(actor, change))).toBe("nothing_changed");
  const stranger = actorOfSeed((await aSite()).id);
  expect(await refusalOf(changeGage(stranger, change))).toBe("gage_not_here");
});

test("a certificate moves range, due date and status; found out of tolerance is an entry of its own", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const { gage } = valueIn(await createGage(actor, aGage()));
  const today = "2026-03-02";
  const early = { ...aCalibration(gage), calibratedOn: "2026-03-03" };
  expect(await refusalOf(calibrateGage(actor, early, today))).toBe("calibrated_in_future");
  valueIn(await calibrateGage(actor, aCalibration(gage), today));
  const bad = {
    ...aCalibration(gage),
    asFound: "out_of_tolerance" as const,
    asLeft: "quarantined" as const,
    comment: "reads 4 % high at 40 N·m",
  };
  valueIn(await calibrateGage(actor, bad, today));
  expect((await entriesOf(site, gage)).map(({ type }) => type)).toEqual([
    "gage.created",
    "gage.calibrated",
    "gage.calibrated",
    "gage.out_of_tolerance",
  ]);
  const row = await forSite(site.id).gage.findUniqueOrThrow({ where: { id: gage } });
  expect(row).toMatchObject({ calibratedMax: "55.0", status: "quarantined" });
});

test("a gage's range has a top above its bottom, and its dates are dates", () => {
  const row = { ...aGage(), calibratedMin: "9.0", calibratedMax: "10.0" };
  expect(gageRow.safeParse(row).success).toBe(true);
  expect(gageRow.safeParse({ ...row, calibratedMin: "11" }).error?.issues[0]?.message).toBe(
    "range_reversed",
  );
  const typed = gageRow.safeParse({ ...row, calibratedMin: "", calibratedMax: "ten" });
  expect(typed.error?.issues.map(({ message }) => message)).toEqual([
    "number_needed",
    "number_needed",
  ]);
  for (const calibrationDueOn of ["2026-02-30", "3/1/2026", ""]) {
    expect(gageForm.safeParse({ ...row, calibrationDueOn }).success).toBe(false);
  }
});

test("a station moves to another work center with a reason in the site's stream", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const form = { command: uuidv7(), code: "PNT-1", name: "Paint", workCenter: "PNT" };
  const { station } = valueIn(await createStation(actor, form));
  const change = { ...form, station, workCenter: "ASM", reason: "line moved" };
  valueIn(await changeStation(actor, change));
  expect((await entriesOf(site, site.id)).at(-1)).toMatchObject({
    type: "station.changed",
    body: { code: "PNT-1", changes: { workCenter: { before: "PNT", after: "ASM" } } },
  });
  expect(await refusalOf(createStation(actor, form))).toBe("station_code_taken");
});

test("an order's quantity never falls below what was released, and its hold is on the record", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const number = `WO-${randomUUID().slice(0, 8)}`;
  const form = {
    command: uuidv7(),
    number,
    partNumber: "4471",
    partRevision: "D",
    quantity: "4",
    customer: "",
  };
  const { order } = valueIn(await createOrder(actor, form));
  const change = {
    command: uuidv7(),
    order,
    quantity: "4",
    customer: "",
    status: "on_hold" as const,
    reason: "customer stopped",
  };
  valueIn(await changeOrder(actor, change));
  expect((await entriesOf(site, order)).map(({ type }) => type)).toEqual([
    "order.created",
    "order.changed",
  ]);
  expect(await refusalOf(createOrder(actor, { ...form, command: uuidv7() }))).toBe(
    "order_number_taken",
  );
});

test("a file is read as people write it, row errors are named, and all of it or nothing enters", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const text =
    "\uFEFFCódigo;Nombre;Centro de trabajo;Notas\nPNT-1;Paint;PNT;x\nPNT 2;Paint;PNT;\nPNT-1;;PNT;\n";
  const preview = valueIn(await previewImport(actor, "stations", { text }));
  expect(preview.unknown).toEqual(["Notas"]);
  expect(preview.rows.map(({ line, problems }) => ({ line, problems }))).toEqual([
    { line: 2, problems: [] },
    { line: 3, problems: [{ column: "code", code: "code_needed" }] },
    {
      line: 4,
      problems: [
        { column: "name", code: "needed" },
        { column: "code", code: "twice_in_file" },
      ],
    },
  ]);
  const command = uuidv7();
  expect(await refusalOf(runImport(actor, "stations", { command, text }))).toBe("file_has_errors");
  expect(await forSite(site.id).station.count({ where: { siteId: site.id } })).toBe(1);
  const good = "code,name,work center\nPNT-1,Paint,PNT\nPNT-2,Paint 2,PNT\n";
  expect(valueIn(await runImport(actor, "stations", { command, text: good }))).toEqual({
    added: 2,
  });
  const types = (await entriesOf(site, site.id)).map(({ type }) => type);
  expect(types).toEqual(["station.created", "station.created", "import.done"]);
  expect(await refusalOf(runImport(actor, "stations", { command, text: good }))).toBe(
    "file_has_errors",
  );
});

test("a file that can't be read says what is wrong with it", async () => {
  const actor = actorOfSeed((await aSite()).id);
  const say = (text: string) => previewImport(actor, "people", { text });
  expect(await refusalOf(say("employee number,name\nE-1,Ana"))).toBe("file_columns_missing");
  expect(await refusalOf(say("employee number,name,roles\n"))).toBe("file_empty");
  expect(await refusalOf(say('employee number,name,roles\n"E-1,Ana,operator\n'))).toBe(
    "file_unreadable",
  );
  const long = `${columnsFor("people").join(",")}\n${"E,Ana,operator\n".repeat(501)}`;
  expect(await refusalOf(say(long))).toBe("file_too_long");
});

test("people come in by file with their roles", async () => {
  const site = await aSite();
  const actor = actorOfSeed(site.id);
  const number = `E-${randomUUID().slice(0, 8)}`;
  const head = "employee number,name,roles\n";
  const wrong = valueIn(
    await previewImport(actor, "people", { text: `${head}${number},Ana Ruiz,boss` }),
  );
  expect(wrong.rows[0]?.problems).toEqual([{ column: "roles", code: "role_needed" }]);
  const text = `${head}${number},Ana Ruiz,operator inspector`;
  valueIn(await runImport(actor, "people", { command: uuidv7(), text }));
  const held = await forSite(site.id).personRole.findMany({ where: { siteId: site.id } });
  expect(held.map(({ role }) => role).sort()).toEqual(["inspector", "operator"]);
});

test("orders are turned page by page, the newest first", async () => {
  const site = await aSite();
  const orders = Array.from({ length: ordersPage + 1 }, (_, index) => ({
    id: uuidv7(),
    siteId: site.id,
    number: `WO-${String(index).padStart(3, "0")}`,
    partNumber: "4471-2210-1",
    partRevision: "C",
    quantity: "1",
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)),
  }));
  await forSite(site.id).workOrder.createMany({ data: orders });
  const actor = actorOfSeed(site.id);
  const first = await ordersAtSite(actor);
  const numbersOf = ({ orders: lines }: typeof first) => lines.map(({ number }) => number);
  expect(numbersOf(first).length).toBe(ordersPage);
  expect([numbersOf(first)[0], first.hasMore]).toEqual(["WO-050", true]);
  const second = await ordersAtSite(actor, 1);
  expect([numbersOf(second), second.hasMore]).toEqual([["WO-000"], false]);
});
