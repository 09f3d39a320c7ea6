import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures.ts";
import { pagesOf } from "./support/pdf.ts";
import { atDesk, type Desk } from "./support/room.ts";
import { expectNoneBeside, resized, seen } from "./support/sight.ts";
import { act, type Tablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

const shaOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const letters = (text: string) => text.replaceAll(/\s/g, "");

/** A report is sent as the tablet sends it: the file by its hash, then the act that names it. */
async function aReport(tablet: Tablet, text: string) {
  const bytes = Buffer.from(text);
  const sha256 = shaOf(bytes);
  const { "content-type": _, ...headers } = tablet.headers as Record<string, string>;
  const answer = await fetch(`${tablet.origin}/api/blobs/${sha256}`, {
    method: "PUT",
    headers: { ...headers, "content-type": "text/csv" },
    body: new Uint8Array(bytes),
  });
  if (!answer.ok) throw new Error(`report: ${answer.status} ${await answer.text()}`);
  return { sha256, uri: null, mediaType: "text/csv", bytes: bytes.byteLength };
}

/** 020.2 in work: both reports attached, bore A read, bore B not yet. */
async function twiceReported({ tablet, crew }: Desk, traveler: string, names: [string, string]) {
  const by = await crew.person("Marisol Reyes");
  const { content } = await tablet.packet(traveler);
  const operation = content.operations.find(({ number }) => number === "020");
  const step = operation?.steps.find(({ number }) => number === "020.2");
  const report = step?.fields.find(({ kind }) => kind === "measurement_record");
  const bore = step?.fields.find(({ kind }) => kind === "measurement");
  if (!operation || !step || !report || !bore) throw new Error("020.2 asks for no report");
  const send = async (...[type, body]: [Parameters<typeof act>[3], never]) => {
    const { verdict } = await act(tablet, by, await tablet.packet(traveler), type, body);
    if (verdict.verdict !== "applied") throw new Error(`${type}: ${JSON.stringify(verdict)}`);
  };
  const place = { step: step.id, field: report.id, position: "1" };
  await send("presentStep", { step: step.id, language: "en" } as never);
  await send("startStep", { step: step.id } as never);
  await send("selectGage", { operation: operation.id, gage: "BG-0142" } as never);
  const first = await aReport(tablet, `1;28.583;mm;${traveler}\r\n`);
  await send("attachMeasurementRecord", { ...place, name: names[0], ...first } as never);
  const second = await aReport(tablet, `1;28.584;mm;${traveler}\r\n2;28.590;mm;${traveler}\r\n`);
  await send("attachMeasurementRecord", { ...place, name: names[1], ...second } as never);
  await send("recordReading", {
    step: step.id,
    field: bore.id,
    position: "A",
    sample: 1,
    value: "28.584",
    source: "keypad",
    confirmed: [],
  } as never);
  return { first, second };
}

test("a report of the measuring machine stands in the history by name and hash, beside the readings of its characteristics", async ({
  page,
}) => {
  const unit = await aUnit({ until: "020.2", asks: ["report"] });
  const desk = await atDesk(page, "Ingrid Maurer");
  const long = `CMM-02_4471-2210_bore-A-and-bore-B_second-run-after-the-probe-was-qualified-again_${unit.unit}.csv`;
  const { first, second } = await twiceReported(desk, unit.traveler, ["CMM-0118.csv", long]);
  await page.goto(`/travelers/${unit.traveler}`);
  await page
    .getByRole("navigation", { name: "What to show" })
    .getByRole("link", { name: /^Reports/ })
    .click();
  const rows = page.locator(".operations");
  await expect(rows).toContainText(`SHA-256 ${first.sha256}`);
  await expect(rows).toContainText(`SHA-256 ${second.sha256}`);
  await expect(rows.getByText("attached again since: the later one counts")).toHaveCount(1);
  await expect(rows.getByText("CMM-0118.csv")).toBeVisible();
  await expect(rows.getByText(/1 Bracket bore A.*020\.2.*28\.584 mm/).first()).toBeVisible();
  await expect(rows.getByText(/2 Bracket bore B.*no reading yet/).first()).toBeVisible();
  for (const [width, height] of [
    [1180, 820],
    [1440, 900],
    [390, 844],
  ] as const) {
    await resized(page, width, height);
    await seen(page, `reports ${width}`);
    await expectNoneBeside(page, `reports ${width}`);
  }
  await resized(page, 1180, 820);

  const saved = page.waitForEvent("download");
  await rows.getByRole("link", { name: "Save the file" }).last().click();
  expect(shaOf(await readFile(await (await saved).path()))).toBe(second.sha256);

  await page.goto(`/travelers/${unit.traveler}`);
  await page.emulateMedia({ media: "print" });
  const paper = pagesOf(await page.pdf({ format: "A4" })).join("");
  for (const text of ["CMM-0118.csv", long, second.sha256, first.sha256, "28.584mm"])
    expect(paper).toContain(letters(text));
});
