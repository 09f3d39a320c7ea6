import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aDayThatLasts } from "#lib/db/test-day";
import { aPerson, aSite, type TestSite, valueIn } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import { askNothing, loadForCommand } from "#lib/record/load.queries";
import { streamOf } from "#lib/record/streams.rules";
import { POST } from "../../app/api/v1/qualifications/route.ts";
import { createQualification } from "./qualifications.commands.ts";
import { qualificationSources, qualificationsHeld } from "./qualifications.queries.ts";
import { makeToken } from "./tokens.commands.ts";
import type { Scope } from "./tokens.schema.ts";

let site: TestSite;
let code: string;
const seed = () => actorOfSeed(site.id);
beforeAll(async () => {
  site = await aSite();
  code = `Q-${randomUUID().slice(0, 8)}`;
  const kind = { command: uuidv7(), code, nameEn: "Torque", nameEs: "" };
  valueIn(await createQualification(seed(), { ...kind, waivableBy: "nobody" }));
});

const today = await aDayThatLasts("America/Chicago");
const daysOn = (days: number) =>
  instant(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).slice(0, 10);
const minutesAgo = (minutes: number) => instant(Date.now() - minutes * 60_000);

async function aSystem(scopes: Scope[] = ["qualifications.write"]) {
  const name = `LMS-${randomUUID().slice(0, 8)}`;
  const form = { command: uuidv7(), name, scopes, reason: "connects the training system" };
  const { token } = valueIn(await makeToken(seed(), form));
  const send = async (body: unknown, type = "application/json") => {
    const request = new Request(`${env.BUYOFF_ORIGIN}/api/v1/qualifications`, {
      method: "POST",
      headers: { "content-type": type, authorization: `Bearer ${token}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    const answer = await POST(request, { params: Promise.resolve({}) });
    return { status: answer.status, body: (await answer.json()) as Answer };
  };
  const list = (asOf: string, rows: readonly object[], more: object = {}) =>
    send({ asOf, ...more, qualifications: rows });
  return { name, send, list };
}
type Answer = {
  code?: string;
  detail?: string;
  errors?: { pointer: string }[];
  qualifications?: { state: string; why: string; next: string }[];
  notTold?: object[];
};
const statesIn = ({ body }: { body: Answer }) => body.qualifications?.map(({ state }) => state);

async function aHolder() {
  const person = await aPerson(site);
  const { employeeNumber } = person;
  const row = (more: object = {}) => ({
    employeeNumber,
    code,
    authority: "Torque school",
    evidence: "CERT-1",
    validFrom: daysOn(-30),
    validUntil: daysOn(300),
    ...more,
  });
  const held = async () => {
    const all = await qualificationsHeld(seed(), person.id);
    return all.map(({ validFrom, validUntil, withdrawnOn, evidence, source }) => ({
      validFrom,
      validUntil,
      withdrawnOn,
      evidence,
      source: source?.system ?? null,
    }));
  };
  return { id: person.id, row, held };
}

const typesOf = async (person: string) => {
  const rows = await forSite(site.id).entry.findMany({
    where: { streamId: streamOf("person", person, site.id), type: { startsWith: "qualification" } },
    orderBy: { seq: "asc" },
  });
  return rows.map(({ type }) => type);
};

test("a row is given, told again, held further, corrected and withdrawn; each change stands on the record", async () => {
  const system = await aSystem();
  const holder = await aHolder();
  expect(statesIn(await system.list(minutesAgo(50), [holder.row()]))).toEqual(["given"]);
  expect(statesIn(await system.list(minutesAgo(40), [holder.row()]))).toEqual(["unchanged"]);
  const further = holder.row({
    validFrom: daysOn(-1),
    validUntil: daysOn(600),
    evidence: "CERT-2",
  });
  expect(statesIn(await system.list(minutesAgo(30), [further]))).toEqual(["renewed"]);
  const shorter = { ...further, validUntil: daysOn(400) };
  expect(statesIn(await system.list(minutesAgo(20), [shorter]))).toEqual(["corrected"]);
  const ended = { ...shorter, withdrawnOn: daysOn(0), reason: "Failed the eye test" };
  expect(statesIn(await system.list(minutesAgo(10), [ended, ended]))).toEqual([
    "withdrawn",
    "unchanged",
  ]);
  expect(await holder.held()).toEqual([
    {
      validFrom: daysOn(-1),
      validUntil: daysOn(-1),
      withdrawnOn: daysOn(0),
      evidence: "CERT-2",
      source: system.name,
    },
    {
      validFrom: daysOn(-30),
      validUntil: daysOn(300),
      withdrawnOn: null,
      evidence: "CERT-1",
      source: system.name,
    },
  ]);
  expect(await typesOf(holder.id)).toEqual([
    "qualification.given",
    "qualification.renewed",
    "qualification.corrected",
    "qualification.withdrawn",
  ]);
});

test("a decision is told which system vouches, and as of when: the time of the last list, not of the first", async () => {
  const system = await aSystem();
  const holder = await aHolder();
  await system.list(minutesAgo(90), [holder.row()]);
  const asOf = minutesAgo(5);
  await system.list(asOf, [holder.row()]);
  const { people } = await loadForCommand(site.id, { ...askNothing, people: [holder.id] });
  expect(people[holder.id]?.qualifications).toMatchObject([
    { code, source: { system: system.name, asOf } },
  ]);
});

test("what can't be taken is refused by itself, with what to do", async () => {
  const system = await aSystem();
  const holder = await aHolder();
  const answer = await system.list(minutesAgo(1), [
    holder.row({ employeeNumber: "NOBODY-1" }),
    holder.row({ code: "Q-UNKNOWN" }),
    holder.row({ withdrawnOn: daysOn(0), reason: "never held" }),
    holder.row(),
  ]);
  expect(answer.status).toBe(200);
  expect(statesIn(answer)).toEqual(["refused", "refused", "refused", "given"]);
  for (const { why, next } of answer.body.qualifications ?? []) {
    expect(why.length > 10 && next.length > 10 && !why.includes("{")).toBe(true);
  }
  expect(await qualificationSources(seed())).toContainEqual(
    expect.objectContaining({ system: system.name, told: 4, refused: 3 }),
  );
});

test("an older list gives nothing back, and one from the future shuts nobody out", async () => {
  const system = await aSystem();
  const holder = await aHolder();
  await system.list(minutesAgo(20), [holder.row()]);
  const ended = holder.row({ withdrawnOn: daysOn(0), reason: "Left the programme" });
  await system.list(minutesAgo(10), [ended]);
  const late = await system.list(minutesAgo(15), [holder.row({ validFrom: daysOn(-2) })]);
  expect(late).toMatchObject({ status: 409, body: { code: "older_list" } });
  expect((await holder.held()).filter(({ withdrawnOn }) => withdrawnOn === null)).toEqual([]);
  const early = await system.list(minutesAgo(-60), [holder.row()]);
  expect(early).toMatchObject({ status: 422, body: { errors: [{ pointer: "/asOf" }] } });
  expect((await system.list(minutesAgo(0), [holder.row({ validFrom: daysOn(-1) })])).status).toBe(
    200,
  );
});

test("a complete list names what it leaves out and withdraws nothing by silence", async () => {
  const system = await aSystem();
  const [stays, left] = [await aHolder(), await aHolder()];
  await system.list(minutesAgo(20), [stays.row(), left.row()]);
  const answer = await system.list(minutesAgo(10), [stays.row()], { complete: true });
  expect(answer.body.notTold).toEqual([
    { employeeNumber: left.row().employeeNumber, qualification: code, validFrom: daysOn(-30) },
  ]);
  expect((await left.held())[0]).toMatchObject({ withdrawnOn: null });
});

test("CSV takes the columns of the desk's list; what is no list says where it isn't", async () => {
  const system = await aSystem();
  const holder = await aHolder();
  const { employeeNumber } = holder.row();
  expect(await system.send("Employee number,Code\n", "text/csv")).toMatchObject({ status: 400 });
  const whole =
    "employee number,qualification,granted by,certificate,from,until\n" +
    `${employeeNumber},${code},"School, Rockford",CERT-9,${daysOn(-3)},\n`;
  expect(statesIn(await system.send(whole, "text/csv"))).toEqual(["given"]);
  expect((await holder.held())[0]).toMatchObject({ evidence: "CERT-9", validUntil: null });
  const wrong = await system.list(minutesAgo(0), [holder.row({ validUntil: daysOn(-90) })]);
  expect(wrong).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/qualifications/0/validUntil" }] },
  });
});

test("a token of another site, or without the scope, changes nobody here", async () => {
  const holder = await aHolder();
  const orders = await aSystem(["orders.write"]);
  expect((await orders.list(minutesAgo(0), [holder.row()])).status).toBe(403);
  const home = site;
  site = await aSite();
  const foreign = await aSystem();
  const answer = await foreign.list(minutesAgo(0), [holder.row()]);
  site = home;
  expect(statesIn(answer)).toEqual(["refused"]);
  expect(await holder.held()).toEqual([]);
});
