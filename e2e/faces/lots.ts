import { expect } from "../fixtures.ts";
import { aSerial, type UnitWanted } from "../support/units.ts";
import {
  type At,
  atLength,
  choose,
  dialog,
  type Faces,
  gone,
  own,
  press,
  seen,
  tap,
} from "./at.ts";

export const lotUnits = (): UnitWanted[] => [
  { unit: aSerial(), site: "NG2", instruction: "wi-4471-2213-rev-01", quantity: "50" },
];

async function keys(at: At, pieces: string): Promise<void> {
  const pad = dialog(at).getByRole("region", { name: at.say("common.keypad.keys") });
  for (const key of pieces) await pad.getByRole("button", { name: key, exact: true }).click();
}
const openLot = (at: At, quantity: string) =>
  tap(at, "floor.lot.piecesOf", { quantity, started: "50" });

/** What a supervisor does with a lot as a lot. */
export const handlingLots: Faces = {
  "lot-dialog.tsx": async (at, file) => {
    await at.player.enrol("MCH-1");
    await at.player.signIn("Hector Salinas");
    await at.player.open(at.unit(0));
    await tap(at, "floor.lot.pieces", { quantity: "50" });
    await expect(dialog(at)).toContainText(at.say("floor.lot.alone"));
    await seen(at.page, file);
  },
  "lot-split.tsx": async (at, file) => {
    await press(at, "floor.lot.split.open");
    await seen(at.page, file);
    await keys(at, "3");
    await own(at, atLength[at.locale]);
    await seen(at.page, `${file} with long words`);
    await press(at, "floor.lot.split.keep", { quantity: "3" });
    await expect(dialog(at)).toContainText(`${at.unit(0).unit}-1`);
    await seen(at.page, `${file} done`);
    await choose(at, "floor.lot.split.stay");
    await gone(at);
  },
  "lot-merge.tsx": async (at, file) => {
    await openLot(at, "47");
    await expect(dialog(at)).toContainText(`${at.unit(0).unit}-1`);
    await seen(at.page, `${file} the family`);
    await press(at, "floor.lot.merge.open");
    await dialog(at)
      .getByRole("button", { name: new RegExp(`${at.unit(0).unit}-1`) })
      .click();
    await own(at, atLength[at.locale]);
    await seen(at.page, file);
    await choose(at, "common.back");
  },
  "lot-count.tsx": async (at, file) => {
    await press(at, "floor.lot.count.open");
    await seen(at.page, file);
    await keys(at, "46");
    await press(at, "floor.lot.count.keep", { quantity: "46" });
    await expect(dialog(at).getByRole("alert")).toBeVisible();
    await seen(at.page, `${file} refused`);
    await choose(at, "common.back");
  },
  "lot-serials.tsx": async (at, file) => {
    await press(at, "floor.lot.serials.open");
    await seen(at.page, file);
    await dialog(at).getByLabel(at.say("floor.lot.serials.firstLabel")).fill("BSH-0001");
    await expect(dialog(at)).toContainText("BSH-0047");
    await seen(at.page, `${file} counted on`);
    await choose(at, "floor.lot.serials.ways.each");
    await dialog(at).getByLabel(at.say("floor.lot.serials.eachLabel")).fill("BSH-0001\nBSH-0001");
    // The act is the last of the dialog's buttons: its words have a plural.
    await dialog(at).getByRole("button").last().click();
    await expect(dialog(at).getByRole("alert")).toBeVisible();
    await seen(at.page, `${file} refused`);
  },
};
