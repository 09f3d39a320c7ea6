import { expect } from "../fixtures.ts";
import { crewAt, kitFor, workOn } from "../support/crew.ts";
import { run } from "../support/run.ts";
import { aTablet } from "../support/tablet.ts";
import { aSerial, type UnitWanted } from "../support/units.ts";
import {
  type At,
  atLength,
  beside,
  choose,
  dialog,
  enter,
  type Faces,
  gone,
  main,
  over,
  own,
  press,
  seen,
  tap,
  tapExactly,
  toStep,
} from "./at.ts";

export const departingUnits = (): UnitWanted[] => [
  { unit: aSerial(), until: "050.4" },
  { unit: aSerial(), until: "090.2" },
  { unit: aSerial("7"), untilBuyoff: "070" },
];

const departures = async (at: At): Promise<void> => {
  await tapExactly(at, "floor.more.open");
  await press(at, "floor.departure.open");
};

/** What is not as planned: every dialog with the longest that people write, and what stays on the step. */
export const departing: Faces = {
  "departures-dialog.tsx": async (at, file) => {
    await enter(at, "Marisol Reyes");
    await at.player.open(at.unit(0));
    await over(at, file, () => departures(at), "common.close");
  },
  "departure-form.tsx": async (at, file) => {
    const { page, locale, say } = at;
    await departures(at);
    await press(at, "floor.departure.acts.deferStep");
    await seen(page, `${file} to a later operation`);
    await choose(at, "common.back");
    await press(at, "floor.departure.acts.markStepNotApplicable");
    await own(at, atLength[locale]);
    await press(at, "floor.departure.acts.markStepNotApplicable");
    await expect(dialog(at).getByRole("alert")).toBeVisible();
    await seen(page, `${file} refused without a permit`);
    const permit = dialog(at).getByLabel(say("floor.departure.permit"));
    await permit.fill("DP-2026-014 / NORTHGATE-QMS / SUPPLEMENT-3");
    await press(at, "floor.departure.acts.markStepNotApplicable");
    await expect(dialog(at).getByText(say("floor.sign.scanSecond"))).toBeVisible();
    await seen(page, `${file} approval`);
    await beside(at, "Ruth Calloway");
    await expect(dialog(at).getByRole("alert")).toBeVisible();
    await seen(page, `${file} not by this person`);
    await beside(at, "Ingrid Maurer");
    await gone(at);
  },
  "step-departures.tsx": async (at, file) => {
    const { page, say } = at;
    await toStep(at, "050.4");
    const leftOut = page.getByRole("complementary").getByText(say("floor.departure.isLeftOut"));
    await expect(leftOut).toBeVisible();
    await seen(page, `${file} left out`);
    await tap(at, "floor.departure.acts.reopenStep");
    await press(at, "floor.departure.acts.reopenStep");
    await seen(page, `${file} to open it again`);
    await choose(at, "common.back");
    await choose(at, "common.close");
    await tap(at, "floor.entry.goOn");
    // Begun by what is recorded first, and then it rests.
    await at.player.scan("CMP~NG-BLT-06-14~L~BLT-8831");
    await expect(page.getByRole("complementary").getByText("BLT-8831").first()).toBeVisible();
    await departures(at);
    await seen(page, `${file} a step that is begun`);
    await press(at, "floor.departure.acts.failStep");
    await seen(page, `${file} can't be completed`);
    await choose(at, "common.back");
    await press(at, "floor.departure.acts.pause");
    await seen(page, `${file} why it rests`);
    await press(at, "floor.departure.pauseReasons.material");
    await gone(at);
    await expect(page.getByText(say("floor.departure.pausedLead"))).toBeVisible();
    await seen(page, `${file} at rest`);
    await tap(at, "floor.departure.acts.resume");
    await expect(page.getByText(say("floor.departure.pausedLead"))).toBeHidden();
  },
  "late-dialog.tsx": async (at, file) => {
    const { page, player, say, locale } = at;
    await departures(at);
    await press(at, "floor.departure.acts.late");
    await seen(page, file);
    await press(at, "floor.late.yesterday");
    await own(at, atLength[locale]);
    const keys = dialog(at).getByRole("region", { name: say("common.keypad.keys") });
    const type = async (digits: string) => {
      for (const digit of digits) {
        await keys.getByRole("button", { name: digit, exact: true }).click();
      }
    };
    await type("2575");
    await expect(dialog(at).getByText(say("floor.late.noTime"))).toBeVisible();
    await seen(page, `${file} a time of no clock`);
    await keys.getByRole("button", { name: say("common.keypad.clear") }).click();
    await type("1405");
    await seen(page, `${file} both times`);
    await press(at, "floor.late.use");
    await gone(at);
    await expect(main(at).getByText(atLength[locale])).toBeVisible();
    await seen(page, `${file} said over the step`);
    await player.scan("CMP~NG-BLT-06-14~L~BLT-8831");
    await expect(main(at).getByRole("alert")).toBeVisible();
    await seen(page, `${file} refused before the release`);
    await tap(at, "floor.late.stop");
  },
  "departure-form.tsx · out of turn": async (at, file) => {
    await at.player.open(at.unit(1));
    await toStep(at, "090.3");
    await departures(at);
    await press(at, "floor.departure.acts.departSequence");
    await seen(at.page, file);
    await choose(at, "common.back");
    await choose(at, "common.close");
  },
  "witness-point.tsx": async (at, file) => {
    const { page, player, say, unit } = at;
    const tablet = await aTablet(run.origin);
    const packet = await tablet.packet(unit(2).traveler);
    const isCustomers = (next: { by: { signs: string | null } }) => next.by.signs === "customer";
    await workOn(tablet, await crewAt(tablet), kitFor(unit(2)), packet, isCustomers);
    await player.open(unit(2));
    const call = page.getByRole("button", { name: say("floor.call.open.customer") });
    await expect(call).toBeVisible();
    await seen(page, `${file} to be called`);
    await call.click();
    await expect(call).toBeHidden();
    await seen(page, `${file} called`);
  },
};
