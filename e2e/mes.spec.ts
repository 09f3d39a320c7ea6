import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { db } from "#lib/db/client";
import { contentSha256, instructionContent } from "#lib/instructions/schema";
import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { faultsOf, whyUnchecked } from "#lib/orders/testing/b2mml";
import { nextAct } from "../prisma/seed/plan.ts";
import { expect, test } from "./fixtures.ts";
import { kitFor, type Unit } from "./support/crew.ts";
import { rows } from "./support/database.ts";
import { Player } from "./support/player.ts";
import { atDesk, type Desk, work } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { act } from "./support/tablet.ts";
import { aSerial } from "./support/units.ts";

const harness = path.resolve(
  import.meta.dirname,
  "../prisma/seed/instructions/wi-harness-test-rev-01.json",
);

/** A part of this test's own, with an instruction of two steps and an operator's signature. */
async function aPart(mark: string): Promise<{ part: string; instruction: string }> {
  const read = JSON.parse(await readFile(harness, "utf8"));
  const [operation] = read.operations;
  const content = instructionContent.parse({
    ...read,
    number: `WI-MES-${mark}`,
    part: { ...read.part, number: `P-${mark}`, revision: "C" },
    operations: [{ ...operation, steps: operation.steps.slice(0, 2) }],
  });
  const instruction = uuidv7();
  await db.instruction.create({
    data: { id: instruction, number: content.number, title: content.title },
  });
  await db.instructionRevision.create({
    data: {
      contentSha256: contentSha256(content),
      instructionId: instruction,
      revision: content.revision,
      status: "effective",
      content: canonicalJson(content as unknown as Canonical),
    },
  });
  return { part: content.part.number, instruction: content.number };
}

/** An order's number that no other test has, and that doesn't itself begin with a zero. */
const someDigits = (length: number) => `7${String(Date.now()).slice(1 - length)}`;

/** At the desk: what it is for, what it may do, and why; shown once. */
async function aToken(page: Page, name: string): Promise<string> {
  await page.goto("/feed/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByText("Choose at least one thing that it may do.")).toBeVisible();
  await dialog.getByLabel("System").fill(name);
  await dialog.getByLabel("send work orders").check();
  await dialog.getByLabel("read orders and their performance").check();
  await dialog.getByLabel("Reason").fill("The MES goes live on line 1");
  await seen(page, "a new token");
  await dialog.getByRole("button", { name: "Make token" }).click();
  const shown = page.getByTestId("token");
  await expect(shown).toBeVisible();
  await seen(page, "a token, once");
  const token = (await shown.textContent()) ?? "";
  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(shown).toBeHidden();
  await expect(page.getByRole("listitem").filter({ hasText: name }).first()).toContainText("never");
  expect(await page.content()).not.toContain(token);
  return token;
}

const order = (
  number: string,
  inner: string,
  version: number,
  command = "Start",
) => `<?xml version="1.0"?>
<WorkSchedule xmlns="http://www.mesa.org/xml/B2MML">
  <ID>LINE-1</ID>
  <WorkRequest><ID>R-1</ID><JobOrder>
    <ID>${number}</ID>
    <Description>MRB asks to wait for the &lt;drawing&gt;</Description>
    <Version>${version}</Version>
    <PublishedDate>2026-03-02T06:0${version}:00Z</PublishedDate>
    ${inner}
    <Command>${command}</Command>
    ${inner === "" ? "" : "$MATERIAL"}
  </JobOrder></WorkRequest>
</WorkSchedule>`;
const made = (number: string, of: { part: string; instruction: string; serial: string }) =>
  order(number, `<WorkMasterID>${of.instruction}</WorkMasterID><Priority>2</Priority>`, 1).replace(
    "$MATERIAL",
    `<MaterialRequirement><ID>1</ID>
      <MaterialDefinitionID schemeVersionID="C">${of.part}</MaterialDefinitionID>
      <MaterialSubLotID>${of.serial}</MaterialSubLotID>
      <MaterialUse>Produced</MaterialUse>
      <Quantity><QuantityString>1</QuantityString></Quantity>
    </MaterialRequirement>`,
  );

const caller = (token: string) => ({
  post: async (body: string, more: Record<string, string> = {}) => {
    const answer = await fetch(`${run.origin}/api/v1/orders`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/xml", ...more },
      body,
    });
    return { status: answer.status, body: await answer.json() };
  },
  performance: async (number: string) => {
    const answer = await fetch(`${run.origin}/api/v1/orders/${number}/performance`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/xml" },
    });
    return { status: answer.status, text: await answer.text() };
  },
});

/** What the next act at the unit comes to, over the wire. */
async function tried({ tablet, crew }: Desk, unit: Unit): Promise<string> {
  const packet = await tablet.packet(unit.traveler);
  const next = nextAct(packet.state, packet.content, kitFor(unit));
  if (!next) throw new Error("nothing is to be done");
  const person = await crew.person("Marisol Reyes");
  const { verdict } = await act(tablet, person, packet, next.type, next.body);
  return verdict.verdict === "recorded_not_applied" ? verdict.refusal.code : verdict.verdict;
}

test("an order of the MES: sent, released, held from there, worked and told back, to the final performance", async ({
  page,
  browser,
}) => {
  const mark = aSerial("");
  const digits = someDigits(9);
  const [padded, serial] = [`000${digits}`, `${mark}-1`];
  const of = { ...(await aPart(mark)), serial };
  await atDesk(page, { role: "administrator" });
  const token = await aToken(page, `MES ${mark}`);
  const mes = caller(token);

  const xml = made(padded, of);
  if (whyUnchecked === null) expect(faultsOf("WorkSchedule", xml)).toBe("");
  const key = { "idempotency-key": uuidv7() };
  const sent = await mes.post(xml, key);
  expect(sent.body.orders).toMatchObject([{ number: digits, state: "applied" }]);
  expect(await mes.post(xml, key)).toEqual(sent);
  expect((await mes.post(xml)).body.orders).toMatchObject([{ state: "duplicate" }]);
  expect((await mes.performance(padded)).status).toBe(409);
  // A page of ours, with somebody's session, is nobody at this door.
  const byPage = await page.request.post("/api/v1/orders", {
    headers: { "content-type": "application/xml", "x-buyoff": "1" },
    data: xml,
  });
  expect(byPage.status()).toBe(401);

  const desk = await atDesk(page, "Ruth Calloway");
  await page.goto("/orders");
  const row = page.getByRole("row").filter({ hasText: digits });
  await row.getByRole("button", { name: "Release units" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Serial numbers").fill(serial);
  await dialog.getByRole("button", { name: "Release to the floor" }).click();
  await expect(row.getByRole("status")).toHaveText("1 unit released");
  const [released] = await rows<{ id: string }>("select id from travelers where serial = $1", [
    serial,
  ]);
  const unit: Unit = { traveler: released?.id ?? "", unit: serial, order: digits };
  expect((await mes.performance(digits)).text).toContain("<WorkState>Ready</WorkState>");
  expect(await tried(desk, unit)).toBe("applied");

  expect((await mes.post(order(padded, "", 2, "Hold"))).body.orders).toMatchObject([
    { state: "applied" },
  ]);
  expect(await tried(desk, unit)).toBe("on_hold");
  const floor = await browser.newPage();
  const player = new Player(floor, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect(floor.getByText("Hold from the MES or ERP").first()).toBeVisible();
  await seen(floor, "held by the MES");
  await floor.close();
  await row.getByRole("link", { name: digits }).click();
  await expect(page.getByText("MRB asks to wait for the <drawing>").first()).toBeVisible();
  await seen(page, "an order that the MES holds");
  const held = (await mes.performance(digits)).text;
  expect(held).toContain("<WorkState>Held</WorkState>");
  if (whyUnchecked === null) expect(faultsOf("WorkPerformance", held)).toBe("");

  expect((await mes.post(order(padded, "", 3, "Resume"))).body.orders).toMatchObject([
    { state: "applied" },
  ]);
  await work(desk, unit);
  const packet = await desk.tablet.packet(unit.traveler);
  const lead = await desk.crew.person("Ruth Calloway");
  const done = await act(desk.tablet, lead, packet, "completeTraveler", {});
  expect(done.verdict).toMatchObject({ verdict: "applied" });
  const final = (await mes.performance(padded)).text;
  expect(final).toContain("<WorkState>Completed</WorkState>");
  expect(final).toContain("<Description>final</Description>");
  expect(final).toContain(`<JobOrderID>${padded}</JobOrderID>`);
  if (whyUnchecked === null) expect(faultsOf("WorkPerformance", final)).toBe("");

  await page.goto(`/orders/messages?show=all&order=${padded}`);
  const messages = page.getByRole("main").getByRole("listitem");
  await expect(messages.filter({ hasText: "Release of its hold" })).toContainText("Taken");
  await expect(messages.filter({ hasText: "Said before" })).toHaveCount(1);
  await seen(page, "messages of an order");
});

test("what waits says why, and what differs is settled by a person", async ({ page }) => {
  const mark = aSerial("");
  const digits = someDigits(8);
  await atDesk(page, { role: "administrator" });
  const token = await aToken(page, `ERP ${mark}`);
  const mes = caller(token);
  const of = { part: `P-${mark}`, instruction: `WI-MES-${mark}`, serial: `${mark}-1` };
  const parked = await mes.post(made(digits, of), { "accept-language": "es" });
  expect(parked.body.orders).toMatchObject([{ state: "parked", code: "part_unknown" }]);
  expect(parked.body.orders[0].why).toContain("Ninguna instrucción");
  expect(await mes.post("<WorkSchedule>")).toMatchObject({
    status: 400,
    body: { code: "body_unreadable", type: "urn:buyoff:problem:body_unreadable" },
  });

  await page.goto("/orders/messages");
  const line = page.getByRole("main").getByRole("listitem").filter({ hasText: digits });
  await expect(line).toContainText(`No effective instruction is for part P-${mark}.`);
  await seen(page, "a message that waits");
  await aPart(mark);
  await line.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
  await expect(line).toBeHidden();

  await atDesk(page, "Ruth Calloway");
  await page.goto("/orders");
  const row = page.getByRole("row").filter({ hasText: digits });
  await row.getByRole("button", { name: "Release units" }).click();
  await page.getByRole("dialog").getByLabel("Serial numbers").fill(of.serial);
  await page.getByRole("dialog").getByRole("button", { name: "Release to the floor" }).click();
  await expect(row.getByRole("status")).toHaveText("1 unit released");
  const changed = made(digits, of).replace('schemeVersionID="C"', 'schemeVersionID="D"');
  const later = changed.replace("<Version>1<", "<Version>2<").replace("06:01", "06:02");
  expect((await mes.post(later)).body.orders).toMatchObject([{ state: "differs" }]);
  await row.getByRole("link", { name: digits }).click();
  await expect(page.getByText("Part revision: C here, D there")).toBeVisible();
  await seen(page, "an order that differs");
  await page.getByRole("button", { name: "It stays as it is here" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("Engineering: C for this one");
  await dialog.getByRole("button", { name: "Record decision" }).click();
  await expect(page.getByText("Part revision: C here, D there")).toBeHidden();
  await expect(page.getByText("Engineering: C for this one")).toBeVisible();
});
