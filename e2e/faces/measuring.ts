import { expect } from "../fixtures.ts";
import { aPicture } from "../support/pictures.ts";
import { aSerial, type UnitWanted } from "../support/units.ts";
import {
  type At,
  atLength,
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

export const measuringUnits = (): UnitWanted[] => [
  { unit: aSerial(), crowded: true, until: "040.1" },
  { unit: aSerial(), crowded: true, until: "040.4" },
  { unit: aSerial(), until: "010.2" },
  { unit: aSerial(), until: "010.5" },
  { unit: aSerial(), until: "030.3" },
  { unit: aSerial(), until: "030.4" },
  { unit: aSerial(), until: "050.1" },
  { unit: aSerial(), until: "060.4" },
];

const entry = ({ page }: At) => page.getByRole("complementary");
const report = (text: string, name: string, mimeType: string) => ({
  name,
  mimeType,
  buffer: Buffer.from(text),
});

/** Made with the unit: nobody else of the run measures with it. */
const ownGage = ({ unit }: At): string => `BG-${unit(0).unit.slice(-6)}`;
const inUse = (at: At): string => at.say("floor.gage.change", { code: ownGage(at) });

/** What is typed, scanned, attached and timed; on an instruction that puts as much on the screen as it may. */
export const measuring: Faces = {
  "gage-panel.tsx": async (at, file) => {
    const { page, player, say, unit } = at;
    await enter(at, "Priya Raman");
    await player.open(unit(0));
    await seen(page, file);
    await player.scan("GAG~TW-0198");
    await expect(main(at).getByRole("alert").first()).toBeVisible();
    await seen(page, `${file} another type`);
    await player.scan(`GAG~${ownGage(at)}`);
    await expect(page.getByRole("button", { name: inUse(at) })).toBeVisible();
    await page.getByRole("button", { name: inUse(at) }).click();
    await seen(page, `${file} for another`);
    await tapExactly(at, "common.back");
    await expect(page.getByRole("button", { name: say("floor.gage.typeInstead") })).toBeHidden();
  },
  "sample-grid.tsx": async (at, file) => {
    const { page, player } = at;
    await seen(page, file);
    for (const value of ["19.058", "19.061", "19.072", "19.066", "19.069", "19.051"]) {
      await recorded(at, value);
    }
    await player.type("19.0785");
    await seen(page, `${file} half filled`);
    for (const _ of "19.0785") await tap(at, "common.keypad.erase");
  },
  "number-entry.tsx": async (at, file) => {
    const { page, player, say } = at;
    await player.record("19.9");
    await expect(page.getByText(say("floor.entry.ask.fewer_decimals.why"))).toBeVisible();
    await seen(page, `${file} fewer decimals`);
    await tap(at, "floor.entry.ask.again");
    await player.record("19.904");
    await expect(page.getByText(say("floor.entry.ask.out_of_limits.why"))).toBeVisible();
    await seen(page, `${file} out of limits`);
    const value = at.locale === "es" ? "19,904" : "19.904";
    await tap(at, "floor.entry.ask.out_of_limits.confirm", { value });
    await expect(dialog(at)).toContainText(value);
    await seen(page, `${file} its defect`);
    await choose(at, "common.cancel");
  },
  "out-panel.tsx": async ({ page, say }, file) => {
    await expect(page.getByText(say("floor.outOfLimits.choose"))).toBeVisible();
    await seen(page, file);
  },
  "gage-dropped.tsx": async (at, file) => {
    const { page, say, locale } = at;
    const code = ownGage(at);
    await tap(at, "floor.gage.dropped.tap");
    await seen(page, file);
    await own(at, atLength[locale]);
    await seen(page, `${file} why`);
    await press(at, "floor.gage.dropped.confirm", { code });
    await expect(dialog(at)).toContainText(say("floor.gage.dropped.doneTitle", { code }));
    await expect(dialog(at)).toContainText(say("floor.gage.dropped.doubt"));
    await seen(page, `${file} what it measured`);
    await press(at, "floor.gage.dropped.another");
    await gone(at);
    await seen(page, `${file} another is asked for`);
  },
  "report-entry.tsx": async (at, file) => {
    const { page, say } = at;
    await at.player.open(at.unit(1));
    await at.player.scan("GAG~CMM-02");
    await expect(
      page.getByRole("button", { name: say("floor.report.choose") }).last(),
    ).toBeVisible();
    await seen(page, file);
    const input = page.locator('aside input[type="file"]');
    await input.setInputFiles(report("", "empty.pdf", "application/pdf"));
    await expect(page.getByText(say("floor.report.tooLarge"))).toBeVisible();
    await seen(page, `${file} an empty file`);
    const name = "4471-2210-40_run_0017_FINAL_with_everything_that_the_machine_measured.csv";
    await input.setInputFiles(report("balloon,value\n10,152.41\n", name, "text/csv"));
    await expect(page.getByText(name)).toBeVisible();
    await seen(page, `${file} chosen`);
    await tap(at, "floor.report.keep");
    await expect(page.getByRole("button", { name: say("floor.report.keep") })).toBeHidden();
    await expect(entry(at).getByText("4471-2210-40_run_0017").first()).toBeVisible();
    await seen(page, `${file} attached`);
  },
  "component-entry.tsx": async (at, file) => {
    const { page, player } = at;
    await player.handOver("Marisol Reyes");
    await player.open(at.unit(2));
    await seen(page, file);
    await player.scan("CMP~4471-2211-1~S~NOBODY-MADE-THIS-BRACKET-0000000001");
    await expect(main(at).getByRole("alert").first()).toBeVisible();
    await seen(page, `${file} refused`);
  },
  "photo-entry.tsx": async (at, file) => {
    const { page, say } = at;
    await at.player.open(at.unit(3));
    await expect(page.getByRole("button", { name: say("floor.photo.take") }).last()).toBeVisible();
    await seen(page, file);
    const input = page.locator('aside input[type="file"]');
    await input.setInputFiles(report("no picture", "photo.png", "image/png"));
    await expect(page.getByText(say("floor.photo.unreadable"))).toBeVisible();
    await seen(page, `${file} not to be read`);
    const picture = { name: "kit.png", mimeType: "image/png", buffer: aPicture.bytes };
    await input.setInputFiles(picture);
    await expect(page.getByRole("button", { name: say("floor.photo.keep") })).toBeVisible();
    await seen(page, `${file} as it will be kept`);
  },
  "clock-entry.tsx": async (at, file) => {
    const { page, player, say } = at;
    await player.open(at.unit(4));
    await seen(page, `${file} a dwell`);
    await tap(at, "floor.clock.start");
    const early = page.getByRole("button", { name: say("floor.clock.early") });
    await early.click();
    await seen(page, `${file} ended early`);
    await player.open(at.unit(5));
    await tap(at, "floor.clock.start");
    const over30 = entry(at).getByText(say("floor.clock.state.over"));
    await expect(over30).toBeVisible();
    await seen(page, `${file} over its limit`);
    await player.open(at.unit(6));
    await seen(page, `${file} a mix`);
    await player.scan("CMP~PS-B2~L~PSB-2207");
    await expect(main(at).getByRole("alert").first()).toBeVisible();
    await seen(page, `${file} a mix that is refused`);
    await player.open(at.unit(7));
    await expect(page.getByRole("button", { name: say("floor.clock.readAge") })).toBeVisible();
    await seen(page, `${file} the age of a mix`);
  },
};
