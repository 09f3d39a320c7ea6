import type { Packet } from "#lib/offline/wire.schema";
import { expect, test } from "../fixtures.ts";
import { told } from "../support/attempts.ts";
import { crewAt, kitFor, workOn } from "../support/crew.ts";
import { entriesOf } from "../support/database.ts";
import { expectSameDecisions } from "../support/decisions.ts";
import { command, expectIntact } from "../support/desk.ts";
import { aPicture } from "../support/pictures.ts";
import { Player } from "../support/player.ts";
import { atDesk } from "../support/room.ts";
import { run } from "../support/run.ts";
import { openNcr } from "../support/sandbox.ts";
import { seen } from "../support/sight.ts";
import { act, aTablet } from "../support/tablet.ts";
import { aUnit } from "../support/units.ts";

const authority = "DA-HALDEN-0217";
const concession = "CON-2026-0031";

test("story 3: a transfer of 37 seconds is a defect by itself, nobody uses it as it is without a design authority, and under the QMS's concession the unit is completed", async ({
  page,
  desk,
  browser,
}) => {
  const unit = await aUnit({ until: "030.4", quick: true });
  const observer = await aTablet(run.origin);
  const crew = await crewAt(observer);
  const until = async (isSo: (packet: Packet) => boolean): Promise<Packet> => {
    let packet = await observer.packet(unit.traveler);
    await expect(async () => {
      packet = await observer.packet(unit.traveler);
      expect(isSo(packet), JSON.stringify(packet.state.defects)).toBe(true);
    }).toPass({ intervals: [500] });
    return packet;
  };
  const refusedOf = async () =>
    (await told(unit.traveler, "command.not_applied")).map(({ body }) => [
      body.command,
      body.refusal,
    ]);
  const player = new Player(page, run.origin);
  await player.enrol();
  await player.signIn("Marisol Reyes");
  await player.open(unit);

  await test.step("the timer runs in sight, over a reload and a lock, and says when its limit is over", async () => {
    await expect(page.getByText("Not started")).toBeVisible();
    await seen(page, "timer not started");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await expect(page.getByText("Within limits")).toBeVisible();
    await expect(page.getByRole("list", { name: "Running clocks" })).toContainText("Transfer time");
    await seen(page, "timer running");
    await page.reload();
    await expect(page.getByRole("heading", { name: "Scan your badge" })).toBeVisible();
    await player.signIn("Marisol Reyes");
    await expect(page.getByText("Over its limit")).toBeVisible();
    await seen(page, "timer over");
  });

  const ncr =
    await test.step("stopped after 37 seconds, it is recorded as it was, with its defect and hold", async () => {
      await expect(page.getByRole("timer")).toHaveText(/^(0:3[7-9]|0:[45]\d|[1-9]\d*:\d\d)$/);
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await expect(page.getByText(/^On hold: /)).toBeVisible();
      const { state } = await until(({ state: of }) => of.defects[0]?.qms != null);
      const [defect] = state.defects;
      expect(defect).toMatchObject({ code: "PRC-01", severity: "major", position: "A" });
      const reading = state.readings.find(({ id }) => id === defect?.reading);
      expect(reading).toMatchObject({
        unit: "s",
        verdict: "out_of_limits",
        source: "calculated",
        limits: { min: null, max: "30" },
      });
      expect(Number(reading?.value)).toBeGreaterThanOrEqual(37);
      await expect(page.getByText(/^On hold: /)).toContainText(defect?.qms?.number ?? "");
      await seen(page, "transfer too long");
      return defect?.qms?.number ?? "";
    });

  await test.step("on the floor nobody uses it as it is: not the inspector, and quality not without a design authority", async () => {
    await aPicture.upload(observer);
    const packet = await observer.packet(unit.traveler);
    const asItIs = {
      defect: packet.state.defects[0]?.id ?? "",
      from: "hand" as const,
      ncr,
      dispositions: [
        { decision: "use_as_is" as const, quantity: "1", designAuthority: null, concession: null },
      ],
      evidence: aPicture.body.sha256,
      reason: "37 seconds are nearly 30",
    };
    for (const name of ["Priya Raman", "Ingrid Maurer"]) {
      const who = await crew.person(name);
      const { verdict } = await act(observer, who, packet, "receiveDisposition", asItIs);
      expect(verdict, name).toMatchObject({ verdict: "recorded_not_applied" });
    }
    expect(await refusedOf()).toEqual([
      ["receiveDisposition", "not_permitted"],
      ["receiveDisposition", "design_authority_needed"],
    ]);
    expect((await observer.packet(unit.traveler)).state.defects[0]?.dispositions).toEqual([]);
  });

  await test.step("nor does the QMS's own word do without one: it is not taken, and the hold stays", async () => {
    const qms = await browser.newPage();
    await openNcr(qms, ncr);
    await qms.getByLabel("Decision").selectOption("use_as_is");
    await qms.getByRole("button", { name: "Add disposition" }).click();
    await qms.getByLabel("Status").selectOption("dispositioned");
    await qms.getByRole("button", { name: "Set status" }).click();
    // What the QMS says is taken to the unit and refused there like anybody's word.
    await expect(async () =>
      expect((await refusedOf()).slice(2)).toContainEqual([
        "receiveDisposition",
        "design_authority_needed",
      ]),
    ).toPass({ intervals: [500] });
    await atDesk(desk, "Ingrid Maurer");
    await desk.goto("/defects");
    await desk.getByRole("row").filter({ hasText: unit.unit }).getByRole("link").first().click();
    await expect(desk.getByRole("heading", { level: 1 })).toContainText("PRC-01");
    await desk.getByRole("button", { name: "Release…" }).click();
    await desk.getByLabel("Why it may be released").fill("The QMS says use as is");
    await desk.getByRole("button", { name: "Ask the QMS and release" }).click();
    await expect(desk.getByRole("dialog").getByRole("alert")).toContainText(
      "Repair and use-as-is need a design-authority reference.",
    );
    await seen(desk, "no release without a design authority");
    await desk.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    expect((await observer.packet(unit.traveler)).state.holds[0]?.released).toBeNull();

    await qms.reload();
    await qms.getByRole("button", { name: "Remove all" }).click();
    await qms.getByLabel("Decision").selectOption("use_as_is");
    await qms.getByLabel("Design authority").fill(authority);
    await qms.getByLabel("Concession").fill(concession);
    await qms.getByRole("button", { name: "Add disposition" }).click();
    await qms.close();
  });

  await test.step("the QMS attaches the concession: design authority and number come back", async () => {
    const { state } = await until(({ state: of }) => of.defects[0]?.dispositions.length === 1);
    expect(state.defects[0]).toMatchObject({
      dispositionFrom: "qms",
      dispositions: [
        { decision: "use_as_is", quantity: "1", designAuthority: authority, concession },
      ],
    });
    await expect(desk.getByRole("main")).toContainText(concession);
    await seen(desk, "concession at the desk");
  });

  await test.step("quality releases on it, and the work goes on at the second bushing", async () => {
    await command(desk, "Release…", "Ask the QMS and release", () =>
      desk.getByLabel("Why it may be released").fill(`Concession ${concession}`),
    );
    await expect(page.getByText(/^On hold: /)).toBeHidden();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Step done" }).click();
    const { state } = await until(({ state: of, content }) => {
      const steps = content.operations.flatMap((operation) => operation.steps);
      const step = steps.find(({ number }) => number === "030.4");
      return of.steps[step?.id ?? ""]?.status === "complete";
    });
    const timed = state.readings.filter(({ unit: of }) => of === "s").map(({ verdict }) => verdict);
    expect(timed).toEqual(["in_limits", "out_of_limits", "in_limits"]);
  });

  await test.step("with all work done the unit waits for the defect to be closed with its verification", async () => {
    await workOn(observer, crew, kitFor(unit), await observer.packet(unit.traveler));
    await expect(page.getByText("Defect PRC-01 is open")).toBeVisible();
    await expect(page.getByRole("button", { name: "Complete the unit" })).toBeDisabled();
    await command(desk, "Close with verification", "Close the defect", () =>
      desk.getByLabel("How it was verified").fill(`Flange seated, ${concession} on the record`),
    );
    await expect(desk.getByRole("heading", { level: 1 })).toContainText("Closed");
    await seen(desk, "defect closed");
    await page.getByRole("button", { name: "Complete the unit" }).click();
    await expect(page.getByText("This unit is complete.")).toBeVisible();
    await seen(page, "complete under concession");
  });

  await test.step("the record tells it whole, and holds", async () => {
    await until(({ state: of }) => of.status === "complete" && of.defects[0]?.status === "closed");
    await desk.goto(`/travelers/${unit.traveler}`);
    for (const words of ["PRC-01", ncr, concession, authority])
      await expect(desk.getByRole("main")).toContainText(words);
    await expectIntact(desk, (await entriesOf(unit.traveler)).length);
    await seen(desk, "record under concession");
  });
  expect(await expectSameDecisions(page)).toBeGreaterThan(4);
});
