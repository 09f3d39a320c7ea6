import { createHash } from "node:crypto";
import pg from "pg";
import { test } from "./fixtures.ts";
import { atDesk, expect, logDefect } from "./support/room.ts";
import { run } from "./support/run.ts";
import { screensOf } from "./support/screens.ts";
import { aUnit } from "./support/units.ts";

// Many steps, and a machine that builds and tests at once.
test.describe.configure({ timeout: 240_000 });

const hashOf = (line: string) =>
  createHash("sha256")
    .update(Buffer.concat([Buffer.from([0]), Buffer.from(line)]))
    .digest("hex");

/** As somebody with the server's own rights would: no trigger of ours runs in this session, and what was changed comes back. */
async function whileTampered(
  stream: string,
  seq: number,
  work: () => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ connectionString: run.adminUrl });
  await client.connect();
  const write = (line: string) =>
    client.query("update entries set line = $3, hash = $4 where stream_id = $1 and seq = $2", [
      stream,
      seq,
      line,
      hashOf(line),
    ]);
  const { rows } = await client.query<{ line: string }>(
    "select line from entries where stream_id = $1 and seq = $2",
    [stream, seq],
  );
  const line = rows[0]?.line ?? "";
  try {
    await client.query("set session_replication_role = replica");
    await write(line.replace(/"value":"[^"]*"/, '"value":"not what was typed"'));
    await work();
  } finally {
    await write(line);
    await client.end();
  }
}

test("the record of a unit is read, verified, found broken when somebody rewrote it, and intact again", async ({
  page,
}) => {
  const unit = await aUnit({ until: "010.4" });
  await atDesk(page, "Ingrid Maurer");
  const screens = screensOf(page);
  await page.goto(`/travelers/${unit.traveler}`);
  const proof = page.getByRole("region", { name: "Proof of the record" });
  await proof.getByRole("button", { name: "Verify record" }).click();
  await expect(proof.getByRole("heading")).toHaveText("Record intact");
  await expect(proof).toContainText("every hash checked");
  await screens.look("intact");

  await page.getByRole("link", { name: /entries, line by line/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Entries of ${unit.unit}`);
  const summary = page.locator("summary").filter({ hasText: unit.order }).first();
  const read = page.getByRole("listitem").filter({ has: summary });
  await expect(read).toContainText(unit.order);
  const seq = Number((await read.getAttribute("id"))?.replace("entry-", ""));
  await summary.click();
  await expect(read.getByText(/^[0-9a-f]{64}$/)).toHaveCount(2);
  await expect(read.locator("pre")).toContainText(`"seq":${seq}`);
  await screens.look("entries");

  await whileTampered(unit.traveler, seq, async () => {
    await page.goto(`/travelers/${unit.traveler}`);
    await proof.getByRole("button", { name: "Verify record" }).click();
    await expect(proof.getByRole("heading")).toHaveText("Record broken");
    await expect(proof).toContainText("It does not name the entry before it.");
    await expect(proof).toContainText("Do not rely on this record");
    await screens.look("broken");
    await proof.getByRole("link", { name: `First broken entry: ${seq + 1}.` }).click();
    await expect(page).toHaveURL(new RegExp(`#entry-${seq + 1}$`));
    await expect(page.locator(`#entry-${seq + 1}`)).toBeInViewport();
  });
  await page.goto(`/travelers/${unit.traveler}`);
  await proof.getByRole("button", { name: "Verify record" }).click();
  await expect(proof.getByRole("heading")).toHaveText("Record intact");
  screens.expectNoOffence();
});

test("a line that nobody can read any more is shown as that, and the page of the unit still opens", async ({
  page,
}) => {
  const unit = await aUnit();
  const desk = await atDesk(page, "Ingrid Maurer");
  await logDefect(desk, unit, { severity: "minor" });
  const client = new pg.Client({ connectionString: run.adminUrl });
  await client.connect();
  await client.query("set session_replication_role = replica");
  const of = "where stream_id = $1 and seq = 2";
  const { rows } = await client.query<{ line: string }>(`select line from entries ${of}`, [
    unit.traveler,
  ]);
  const line = rows[0]?.line ?? "";
  const write = (text: string) =>
    client.query(`update entries set line = $2, hash = $3 ${of}`, [
      unit.traveler,
      text,
      hashOf(text),
    ]);
  try {
    await write("gone");
    await page.goto(`/travelers/${unit.traveler}/entries`);
    await expect(page.locator("#entry-2")).toContainText("This line can’t be read");
    await page.goto(`/travelers/${unit.traveler}`);
    const proof = page.getByRole("region", { name: "Proof of the record" });
    await proof.getByRole("button", { name: "Verify record" }).click();
    await expect(proof).toContainText("First broken entry: 2.");
    await expect(proof).toContainText("Its line can’t be read.");
  } finally {
    await write(line);
    await client.end();
  }
});

test("printed, the record begins with the first operation and leaves out what is only for the screen", async ({
  page,
}) => {
  const unit = await aUnit({ until: "020.2" });
  await atDesk(page, "Ingrid Maurer");
  await page.goto(`/travelers/${unit.traveler}`);
  const operations = page.locator(".operations > section");
  await expect(operations).toHaveCount(2);
  const topOf = async (number: string) =>
    (await operations.filter({ hasText: `Op ${number}` }).boundingBox())?.y ?? 0;
  expect(await topOf("020")).toBeLessThan(await topOf("010"));
  await page.emulateMedia({ media: "print" });
  expect(await topOf("010")).toBeLessThan(await topOf("020"));
  await expect(page.getByRole("navigation", { name: "Rooms of the desk" })).toBeHidden();
  await expect(page.getByRole("button", { name: "Verify record" })).toBeHidden();
  await expect(page.getByRole("heading", { level: 1, name: unit.unit })).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(1180);
  const pdf = await page.pdf({ format: "A4" });
  expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
  expect(pdf.byteLength).toBeGreaterThan(20_000);
});
