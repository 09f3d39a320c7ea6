import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "./fixtures.ts";
import { told } from "./support/attempts.ts";
import { expectSameDecisions } from "./support/decisions.ts";
import { Player, workOnScreen } from "./support/player.ts";
import { run } from "./support/run.ts";
import { type Known, seen } from "./support/sight.ts";
import { aTablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

const instruction = "wi-harness-test-rev-01";
const root = path.resolve(import.meta.dirname, "..");

test("a second instruction, which is only a file, plays from the first scan to the complete unit", async ({
  page,
}) => {
  const unit = await aUnit({ instruction });
  const observer = await aTablet(run.origin);
  const player = new Player(page, run.origin);
  await player.enrol("TST-1");
  await player.signIn("Marisol Reyes");
  await seen(page, "queue");
  await player.open(unit);

  const journey = {
    player,
    observer,
    unit,
    onScreen: (name: string, known: Known) => seen(page, name, known),
  };
  await workOnScreen(journey, (next) => next.operation === "030");
  // The stamp is seen to land before the screen goes on to the next person.
  await expect(page.getByRole("region", { name: "Signature" })).toBeHidden();
  const { state, content } = await workOnScreen(journey);
  const steps = content.operations.flatMap((operation) => operation.steps);
  expect(steps.length).toBeGreaterThanOrEqual(8);
  for (const { id, number } of steps) expect(state.steps[id]?.status, number).toBe("complete");
  expect(state.buyoffs.map(({ type, status }) => `${type} ${status}`)).toEqual([
    "operator signed",
    "operator signed",
    "inspection signed",
    "quality signed",
  ]);
  expect(state.readings).toHaveLength(1 + 2 + 1 + 4 + 1 + 1);
  expect(state.photos).toHaveLength(1);

  await seen(page, "ready to complete");
  await page.getByRole("button", { name: "Complete the unit" }).click();
  await expect(page.getByText("This unit is complete.")).toBeVisible();
  await seen(page, "complete");
  expect(await told(unit.traveler, "traveler.completed")).toHaveLength(1);
  expect(await told(unit.traveler, "command.not_applied")).toEqual([]);
  expect(await expectSameDecisions(page)).toBeGreaterThan(30);
});

test("no line of code knows an instruction by its number, its part or the id of anything in it", async () => {
  const files: string[] = [];
  const pattern = "{app,components,lib}/**/*.{ts,tsx,json}";
  // An address that ends in .json is a folder of the same name.
  for await (const entry of glob(pattern, { cwd: root, withFileTypes: true })) {
    const file = path.relative(root, path.join(entry.parentPath, entry.name));
    if (entry.isFile() && !/\.test\.|\/bench\/|\/generated\//.test(file)) files.push(file);
  }
  expect(files.length).toBeGreaterThan(200);
  const known: string[] = [];
  const names = await namesOf(instruction);
  expect(names.length).toBeGreaterThan(20);
  for (const file of files) {
    const text = await readFile(path.join(root, file), "utf8");
    known.push(...names.filter((name) => text.includes(name)).map((name) => `${file}: ${name}`));
  }
  expect(known).toEqual([]);
});

/** Number, part and every id of an instruction's file. */
async function namesOf(file: string): Promise<string[]> {
  const text = await readFile(path.join(root, `prisma/seed/instructions/${file}.json`), "utf8");
  const { number, part } = JSON.parse(text) as { number: string; part: { number: string } };
  const ids = [...text.matchAll(/"id":\s*"([0-9a-f-]{36})"/g)].map(([, id = ""]) => id);
  return [number, part.number, ...ids];
}
