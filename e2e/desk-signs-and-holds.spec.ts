import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { actorOfSeed } from "#lib/boundary/actor";
import { db } from "#lib/db/client";
import { contentSha256, instructionContent } from "#lib/instructions/schema";
import { type Canonical, canonicalJson } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { releaseTravelers } from "#lib/travelers/commands";
import { demoSites } from "../prisma/seed/plant.ts";
import { expect, test } from "./fixtures.ts";
import { told } from "./support/attempts.ts";
import type { Unit } from "./support/crew.ts";
import { command } from "./support/desk.ts";
import { Player } from "./support/player.ts";
import { atDesk, work } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aSerial, aUnit } from "./support/units.ts";

const harness = path.resolve(
  import.meta.dirname,
  "../prisma/seed/instructions/wi-harness-test-rev-01.json",
);
const meaning = {
  en: "I have reviewed this record and accept the work it shows.",
  es: "Revisé este registro y acepto el trabajo que muestra.",
};

/** A unit of an instruction whose last signature quality may give from anywhere. */
async function aUnitToReview(): Promise<Unit> {
  const read = JSON.parse(await readFile(harness, "utf8"));
  const [operation] = read.operations;
  const mark = aSerial("");
  const content = instructionContent.parse({
    ...read,
    number: `WI-REVIEW-${mark}`,
    operations: [
      {
        ...operation,
        steps: operation.steps.slice(0, 2),
        buyoffs: [
          ...operation.buyoffs,
          {
            id: uuidv7(),
            type: "quality",
            meaning,
            role: "quality",
            qualifications: [],
            stamp: false,
            presence: "remote",
            holdPoint: false,
            offline: false,
          },
        ],
      },
    ],
  });
  const sha256 = contentSha256(content);
  const instruction = uuidv7();
  await db.instruction.create({
    data: { id: instruction, number: content.number, title: content.title },
  });
  await db.instructionRevision.create({
    data: {
      contentSha256: sha256,
      instructionId: instruction,
      revision: content.revision,
      status: "effective",
      content: canonicalJson(content as unknown as Canonical),
    },
  });
  const order = "WO-700455";
  const done = await releaseTravelers(actorOfSeed(demoSites.ng1.id), {
    workOrder: order,
    contentSha256: sha256,
    units: { serials: [mark] },
  });
  const [unit] = done.ok ? done.value : [];
  if (!unit) throw new Error("no unit was released");
  return { traveler: unit.id, unit: mark, order };
}

const give = async (page: Page, badge: string, pin: string) => {
  await page.getByLabel("Badge").fill(badge);
  await page.getByLabel("PIN").fill(pin);
  await page.getByRole("button", { name: "Sign", exact: true }).click();
};

test("a remote buyoff: everything that is signed is read and signed at the desk, with badge and PIN", async ({
  page,
}) => {
  const unit = await aUnitToReview();
  const desk = await atDesk(page, "Ingrid Maurer");
  await work(desk, unit, (next) => next.type === "signBuyoff" && next.by.role === "quality");
  await page.goto("/");
  const waits = page.locator("[data-section=signatures]").getByRole("listitem");
  await waits.filter({ hasText: unit.unit }).getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Quality: 010");
  await expect(page.getByText(meaning.en)).toBeVisible();
  await expect(page.getByRole("row")).toHaveCount(3);
  await seen(page, "a remote buyoff");

  const { badge, pin } = desk.crew.badgeOf("Ingrid Maurer");
  await give(page, badge, "000000");
  const refusal = page.locator("form").getByRole("alert");
  await expect(refusal).toContainText("do not fit");
  await seen(page, "wrong PIN");
  const other = desk.crew.badgeOf("Ruth Calloway");
  await give(page, other.badge, other.pin);
  await expect(refusal).toContainText("do not fit");
  expect(await told(unit.traveler, "buyoff.signed")).toHaveLength(1);

  await give(page, badge, pin);
  await expect(page.getByText("Signed by Ingrid Maurer")).toBeVisible();
  await seen(page, "signed at the desk");
  const [, signed] = await told(unit.traveler, "buyoff.signed");
  expect(signed?.body).toMatchObject({ type: "quality", method: "badge_pin", meaning });
  await page.goto(`/travelers/${unit.traveler}`);
  await page.getByRole("button", { name: "Verify record" }).click();
  await expect(page.getByRole("heading", { name: "Record intact" })).toBeVisible();
});

test("a remote buyoff is declined with a reason; one of the unit’s says why it can’t be signed here", async ({
  page,
}) => {
  const unit = await aUnitToReview();
  const desk = await atDesk(page, "Ingrid Maurer");
  await work(desk, unit, (next) => next.type === "signBuyoff" && next.by.role === "quality");
  await page.goto("/buyoffs");
  const row = page.getByRole("listitem").filter({ hasText: unit.unit });
  await row.getByRole("link", { name: /^Open/ }).click();
  await command(page, "Do not accept…", "Record that I do not accept", async () => {
    await page.getByRole("dialog").getByLabel("Why not").fill("The serial on the photo is another");
  });
  expect(await told(unit.traveler, "buyoff.declined")).toHaveLength(1);

  const atUnit = await aUnit({ untilBuyoff: "020" });
  await page.goto("/buyoffs");
  const other = page.getByRole("listitem").filter({ hasText: atUnit.unit });
  await other.getByRole("link", { name: /^Open/ }).click();
  await expect(page.getByText("is signed at the unit, on the tablet at MET")).toBeVisible();
  await expect(page.getByRole("button", { name: "Sign", exact: true })).toHaveCount(0);
  await seen(page, "signed at the unit only");
});

test("a hold on an order stops its units at the tablet, says so, and is released by its owner", async ({
  page,
  desk: tabletPage,
}) => {
  const unit = await aUnit({ unit: aSerial() });
  await atDesk(page, "Ruth Calloway");
  await page.goto("/holds");
  await page.getByRole("button", { name: "Place a hold…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("On what").selectOption("unit");
  await dialog.getByLabel("Which one").fill("FSB-9999");
  await dialog.getByLabel("Reason").selectOption("parts");
  await dialog.getByLabel("What is the matter").fill("Bolts of the wrong lot in the kit");
  await dialog.getByRole("button", { name: "Place the hold" }).click();
  await expect(dialog.getByRole("alert")).toContainText(
    "Nothing at this site is called “FSB-9999”",
  );
  await seen(page, "a hold on nothing");
  await dialog.getByLabel("Which one").fill(unit.unit);
  await dialog.getByRole("button", { name: "Place the hold" }).click();
  await expect(dialog).toBeHidden();
  const hold = page.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(hold).toContainText("Bolts of the wrong lot in the kit");
  await expect(hold).toContainText("Owner: Production");
  await seen(page, "a hold of the plant");

  const player = new Player(tabletPage, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);
  await expect(tabletPage.getByText(`On hold with it: unit ${unit.unit}.`)).toBeVisible();
  await seen(tabletPage, "held from outside");

  await command(hold, "Release…", "Release the hold", async () => {
    await page.getByRole("dialog").getByLabel("Why it may be released").fill("Right lot delivered");
  });
  await expect(hold).toBeHidden();
  await expect(tabletPage.getByText("On hold with it")).toBeHidden();
});
