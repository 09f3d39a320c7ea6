import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import type { Locale } from "#lib/messages/locales";
import type { Faces } from "./faces/at.ts";
import { coming, comingUnits } from "./faces/coming.ts";
import { departing, departingUnits } from "./faces/departing.ts";
import { ending, endingUnits } from "./faces/ending.ts";
import { handlingLots, lotUnits } from "./faces/lots.ts";
import { measuring, measuringUnits } from "./faces/measuring.ts";
import { besideUnits, standingBeside } from "./faces/standing-beside.ts";
import { expect, test } from "./fixtures.ts";
import { Player } from "./support/player.ts";
import { run } from "./support/run.ts";
import { type UnitWanted, units } from "./support/units.ts";
import { wordsIn } from "./support/words.ts";

const folder = path.resolve(import.meta.dirname, "../components/floor");

/** Every face of the floor, in the order in which a shift may meet it; who brings it about speaks one language. */
const tours: Readonly<
  Record<string, { faces: Faces; wanted: () => UnitWanted[]; drivenIn: Locale }>
> = {
  "from the badge to the signature": { faces: coming, wanted: comingUnits, drivenIn: "en" },
  "what is not as planned": { faces: departing, wanted: departingUnits, drivenIn: "es" },
  "who stands beside whom": { faces: standingBeside, wanted: besideUnits, drivenIn: "en" },
  "what is measured, scanned and timed": {
    faces: measuring,
    wanted: measuringUnits,
    drivenIn: "es",
  },
  "a lot as a lot": { faces: handlingLots, wanted: lotUnits, drivenIn: "en" },
  "the end of a unit": { faces: ending, wanted: endingUnits, drivenIn: "es" },
};

/** Has a face of its own: a screen, a dialog, or what stands in the column that records. */
const isFace = (file: string, text: string): boolean =>
  /-(screen|panel|grid|banners|point)\.tsx$/.test(file) ||
  text.includes("<Dialog") ||
  text.includes("FieldEntryProps<Extract<");
/** Only tells the kinds of entry apart, each of which is on the list; or holds all of them. */
const frames = ["entry-panel.tsx", "field-entry.tsx"];

test("every face of the floor is on the list of those that are looked at", async () => {
  const found: string[] = [];
  for await (const file of glob("*.tsx", { cwd: folder })) {
    const text = await readFile(path.join(folder, file), "utf8");
    if (isFace(file, text) && !frames.includes(file)) found.push(file);
  }
  const listed = Object.values(tours).flatMap(({ faces }) => Object.keys(faces));
  const files = new Set(listed.map((name) => name.split(" · ")[0] ?? name));
  for (const file of found) expect([...files], "a face that nobody looks at").toContain(file);
});

test.describe("the floor", () => {
  // A tablet without a network, or a server that turns a wrong PIN away, says so in the console as well.
  test.use({ expectedComplaint: /ERR_INTERNET_DISCONNECTED|ERR_FAILED/ });

  for (const [name, { faces, wanted, drivenIn: locale }] of Object.entries(tours)) {
    test.describe(`driven in ${locale}`, () => {
      test.use({ locale });
      test(`is seen by everybody in every language: ${name}`, async ({ page }) => {
        const made = await units(wanted());
        const player = new Player(page, run.origin, locale);
        await player.meet();
        const unit = (index: number) => {
          const one = made[index];
          if (!one) throw new Error(`no unit ${index}`);
          return one;
        };
        const at = { locale, page, player, say: wordsIn(locale), unit };
        for (const [file, look] of Object.entries(faces)) {
          await test.step(file, () => look(at, file));
          await expect(page.locator("html"), file).toHaveAttribute("lang", locale);
        }
      });
    });
  }
});
