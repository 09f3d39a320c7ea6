import { expect } from "../fixtures.ts";
import { crewAt, kitFor, workOn } from "../support/crew.ts";
import { run } from "../support/run.ts";
import { aTablet } from "../support/tablet.ts";
import { aSerial, type UnitWanted } from "../support/units.ts";
import {
  atLength,
  choose,
  dialog,
  enter,
  type Faces,
  gone,
  main,
  own,
  press,
  seen,
  tap,
} from "./at.ts";

export const endingUnits = (): UnitWanted[] => [
  { unit: aSerial(), until: "100.2" },
  { unit: aSerial(), untilBuyoff: "100" },
  { unit: aSerial(), until: "100.2" },
];

/** The end of a unit: tools counted out, one that is missing, and the act that closes it. */
export const ending: Faces = {
  "tool-transfer.tsx": async (at, file) => {
    const { page, say, locale } = at;
    await enter(at, "Ingrid Maurer");
    await at.player.open(at.unit(0));
    await expect(page.getByRole("button", { name: say("floor.tools.open") })).toBeVisible();
    await seen(page, `${file} the count out`);
    await tap(at, "floor.tools.open");
    await seen(page, file);
    await choose(at, "floor.tools.out");
    const other = dialog(at).getByLabel(say("floor.tools.counterpart"));
    await other.fill(
      "Shadow board KIT-7 at station SEAL-1, second shift, unit FSB-0124 of WO-700412",
    );
    await own(at, atLength[locale]);
    await seen(page, `${file} with long words`);
    await press(at, "floor.tools.keep");
    await gone(at);
    await expect(page.getByRole("button", { name: /\b13\b/ })).toBeVisible();
    await seen(page, `${file} handed over`);
  },
  "standing-banners.tsx": async (at, file) => {
    await at.player.open(at.unit(2));
    await at.player.record("12");
    const value = "12";
    await tap(at, "floor.entry.ask.out_of_limits.confirm", { value });
    await expect(main(at).getByRole("alert").first()).toBeVisible();
    // The rule has logged it: nobody is asked for a defect.
    await gone(at);
    await seen(at.page, file);
  },
  "exposed-units.tsx": async (at, file) => {
    const { page, say } = at;
    await tap(at, "floor.exposed.show");
    await expect(dialog(at).getByText(say("floor.exposed.looking"))).toBeHidden();
    await seen(page, file);
    await choose(at, "common.close");
    await page.route("**/exposed?*", (route) => route.abort());
    await tap(at, "floor.exposed.show");
    await expect(dialog(at).getByText(say("floor.exposed.silent"))).toBeVisible();
    await seen(page, `${file} without an answer`);
    await choose(at, "common.close");
    await page.unroute("**/exposed?*");
  },
  "finish-panel.tsx": async (at, file) => {
    const { page, player, say, unit } = at;
    const tablet = await aTablet(run.origin);
    const packet = await tablet.packet(unit(1).traveler);
    await workOn(tablet, await crewAt(tablet), kitFor(unit(1)), packet);
    await player.open(unit(1));
    const complete = page.getByRole("button", { name: say("floor.finish.complete") });
    await expect(complete).toBeVisible();
    await seen(page, file);
    await complete.click();
    await expect(page.getByText(say("floor.finish.closed.complete"))).toBeVisible();
    await seen(page, `${file} complete`);
  },
};
