import { expect } from "../fixtures.ts";
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
  own,
  press,
  recorded,
  seen,
  tap,
  tapExactly,
} from "./at.ts";

export const besideUnits = (): UnitWanted[] => [
  { unit: aSerial(), until: "010.4" },
  { unit: aSerial(), until: "060.1" },
];

const lapsed = "Tomás Herrera";
const apprentice = "Jamal Whitfield";
const trainer = "Dwayne Okafor";
const supervisor = "Ruth Calloway";
const quality = "Ingrid Maurer";

const count = async (at: At): Promise<void> => {
  await at.player.record("14");
  await expect(main(at).getByRole("alert")).toBeVisible();
};

/** Who doesn't hold what a step asks for: refused, waived by two, or under a trainer. */
export const standingBeside: Faces = {
  "backing.tsx": async (at, file) => {
    await enter(at, lapsed);
    await at.player.open(at.unit(0));
    await count(at);
    await seen(at.page, file);
  },
  "waiver-dialog.tsx": async (at, file) => {
    const { page, say, locale } = at;
    await tap(at, "floor.backing.askWaiver", { code: "Q-ASM-R" });
    await seen(page, file);
    await own(at, atLength[locale]);
    await seen(page, `${file} in somebody's own words`);
    await press(at, "floor.waiver.next");
    await expect(dialog(at).getByText(say("floor.waiver.supervisorAsks"))).toBeVisible();
    await seen(page, `${file} a lead asks`);
    await beside(at, quality);
    await expect(dialog(at).getByRole("alert")).toBeVisible();
    await seen(page, `${file} not by this person`);
    await beside(at, supervisor);
    const grants = say("floor.waiver.qualityGrants", { person: supervisor });
    await expect(dialog(at).getByText(grants)).toBeVisible();
    await seen(page, `${file} quality grants`);
    await choose(at, "floor.waiver.later");
    await gone(at);
    const waits = say("floor.backing.waiverWaits", { code: "Q-ASM-R" });
    await expect(main(at).getByText(waits)).toBeVisible();
    await seen(page, `${file} it waits`);
  },
  "waiver-list.tsx": async (at, file) => {
    const { page, player } = at;
    await tapExactly(at, "floor.more.open");
    await press(at, "floor.waiver.grant");
    await seen(page, `${file} to be granted`);
    await beside(at, quality);
    await expect(page.getByRole("dialog")).toHaveCount(1);
    await seen(page, file);
    await choose(at, "common.close");
    await gone(at);
    await seen(page, `${file} in force over the step`);
    await player.handOver(supervisor);
    await tapExactly(at, "floor.more.open");
    await press(at, "floor.waiver.revoke");
    await seen(page, `${file} to be revoked`);
    await press(at, "floor.reasons.revoke.1");
    await press(at, "floor.waiver.revokeNow");
    await expect(at.page.getByRole("dialog")).toHaveCount(1);
    await seen(page, `${file} revoked`);
    await choose(at, "common.close");
  },
  "trainer-dialog.tsx": async (at, file) => {
    const { page, player, say } = at;
    await player.handOver(apprentice);
    await player.open(at.unit(1));
    await player.scan("GAG~DW-0066");
    await expect(main(at).getByRole("alert")).toBeVisible();
    await seen(page, `${file} refused alone`);
    await tap(at, "floor.backing.workUnder", { trainers: trainer });
    await seen(page, file);
    await beside(at, "Marisol Reyes");
    await expect(dialog(at).getByRole("alert")).toBeVisible();
    await seen(page, `${file} not the trainer`);
    await beside(at, trainer);
    await gone(at);
    await player.scan("GAG~DW-0066");
    for (const value of ["3.1", "3.2", "2.9", "3.3"]) {
      await recorded(at, value);
    }
    const sign = page.getByRole("button", { name: say("floor.backing.cosignNow") });
    await expect(sign).toBeVisible();
    await seen(page, `${file} the trainer is to sign`);
    await sign.click();
    await seen(page, `${file} what the trainer signs`);
    await beside(at, trainer);
    await gone(at);
    await expect(main(at).getByText(say("floor.backing.isCosigned", { trainer }))).toBeVisible();
    await seen(page, `${file} signed`);
  },
};
