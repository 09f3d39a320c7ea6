import type { Packet } from "#lib/offline/wire.schema";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt } from "../support/crew.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { command, signInAtDesk } from "../support/desk.ts";
import { Player } from "../support/player.ts";
import { run } from "../support/run.ts";
import { openNcr } from "../support/sandbox.ts";
import { seen } from "../support/sight.ts";
import { act, aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

test("story 3: a transfer of more than 30 seconds is a defect by itself, nobody on the floor uses it as it is, and the QMS's concession lets it go on", async ({
  page,
  desk,
  browser,
}) => {
  test.setTimeout(600_000);
  const unit = await aUnit({ until: "030.4" });
  const observer = await aTablet(run.origin);
  const until = async (isSo: (packet: Packet) => boolean): Promise<Packet> => {
    let packet = await observer.packet(unit.traveler);
    await expect(async () => {
      packet = await observer.packet(unit.traveler);
      expect(isSo(packet), JSON.stringify(packet.state.defects)).toBe(true);
    }).toPass({ timeout: 90_000, intervals: [500] });
    return packet;
  };
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);

  await test.step("the timer runs in sight, and says when its limit is over", async () => {
    await expect(page.getByText("Not started")).toBeVisible();
    await seen(page, "timer not started");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await expect(page.getByText("Within limits")).toBeVisible();
    await expect(page.getByRole("list", { name: "Running clocks" })).toContainText("Transfer time");
    await seen(page, "timer running");
    await page.reload();
    // Neither a reload nor a locked screen stops it.
    await expect(page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();
    await player.signIn("Marisol Reyes");
    await expect(page.getByText("Over its limit")).toBeVisible({ timeout: 60_000 });
    await seen(page, "timer over");
  });

  const ncr =
    await test.step("stopped late, it is recorded as it was, with its defect and hold", async () => {
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await expect(page.getByText(/^On hold: /)).toBeVisible();
      const { state } = await until(({ state: of }) => of.defects[0]?.qms != null);
      const [defect] = state.defects;
      expect(defect).toMatchObject({ code: "PRC-01", severity: "major", position: "A" });
      const reading = state.readings.find(({ id }) => id === defect?.reading);
      expect(reading).toMatchObject({ unit: "s", verdict: "out_of_limits", source: "calculated" });
      expect(Number(reading?.value)).toBeGreaterThan(30);
      await expect(page.getByText(/^On hold: /)).toContainText(defect?.qms?.number ?? "", {
        timeout: 30_000,
      });
      await seen(page, "transfer too long");
      return defect?.qms?.number ?? "";
    });

  await test.step("nobody at the unit decides that it is used as it is", async () => {
    const crew = await crewAt(observer);
    const inspector = await crew.person("Priya Raman");
    const packet = await observer.packet(unit.traveler);
    const [defect] = packet.state.defects;
    const dispositions = [
      { decision: "use_as_is" as const, quantity: "1", designAuthority: null, concession: null },
    ];
    const body = { defect: defect?.id ?? "", from: "hand" as const, ncr, dispositions };
    const { verdict } = await act(observer, inspector, packet, "receiveDisposition", {
      ...body,
      evidence: null,
      reason: "37 seconds are nearly 30",
    });
    expect(verdict).toMatchObject({ verdict: "recorded_not_applied" });
    const [refused] = await told(unit.traveler, "command.not_applied");
    expect(refused?.body).toMatchObject({
      command: "receiveDisposition",
      refusal: "not_permitted",
    });
  });

  await test.step("without a design authority the QMS's word is not enough either", async () => {
    const qms = await browser.newPage();
    await openNcr(qms, ncr);
    await qms.getByLabel("Decision").selectOption("use_as_is");
    await qms.getByLabel("Design authority").fill("DA-HALDEN-0217");
    await qms.getByLabel("Concession").fill("CON-2026-0031");
    await qms.getByRole("button", { name: "Add disposition" }).click();
    await qms.getByLabel("Status").selectOption("dispositioned");
    await qms.getByRole("button", { name: "Set status" }).click();
    await qms.close();
    const { state } = await until(({ state: of }) => of.defects[0]?.dispositions.length === 1);
    expect(state.defects[0]?.dispositions).toMatchObject([
      { decision: "use_as_is", designAuthority: "DA-HALDEN-0217", concession: "CON-2026-0031" },
    ]);
  });

  await test.step("quality releases on the QMS's disposition, and the work goes on", async () => {
    await signInAtDesk(desk, "Ingrid Maurer");
    await desk.goto("/defects");
    await desk.getByRole("row").filter({ hasText: unit.unit }).getByRole("link").first().click();
    await expect(desk.getByRole("main")).toContainText("CON-2026-0031");
    await seen(desk, "concession at the desk");
    await command(desk, "Release…", "Ask the QMS and release", () =>
      desk.getByLabel("Why it may be released").fill("Concession CON-2026-0031"),
    );
    await expect(page.getByText(/^On hold: /)).toBeHidden({ timeout: 30_000 });
    // The second bushing, in time.
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Step done" }).click();
    const { state, content } = await until(({ state: of, content: plan }) => {
      const step = plan.operations
        .flatMap(({ steps }) => steps)
        .find(({ number }) => number === "030.4");
      return of.steps[step?.id ?? ""]?.status === "complete";
    });
    const timed = state.readings.filter(({ unit: of }) => of === "s").map(({ verdict }) => verdict);
    expect(timed).toEqual(["in_limits", "out_of_limits", "in_limits"]);
    expect(content.number).toBe("WI-4471-2210");
  });
  expect(await expectSameDecisions(page)).toBeGreaterThan(4);
});
