import { type Role, roles } from "#lib/instructions/schema";
import { locales } from "#lib/messages/locales";
import { sectionsFor } from "#lib/travelers/landing.rules";
import { expect, test } from "./fixtures.ts";
import { deskCookie, holderOf } from "./support/doors.ts";
import { addCookie, atDesk, logDefect } from "./support/room.ts";
import { run } from "./support/run.ts";
import { resized, seen } from "./support/sight.ts";
import { act, aTablet } from "./support/tablet.ts";
import { aSerial, aUnit } from "./support/units.ts";
import { wordsIn } from "./support/words.ts";

/** Somebody of each role has something that waits, so that no list is seen empty alone. */
test.beforeAll(async ({ browser }) => {
  const page = await browser.newPage();
  const desk = await atDesk(page, "Ingrid Maurer");
  await logDefect(desk, await aUnit({ unit: aSerial() }));
  await aUnit({ untilBuyoff: "020" });
  await page.close();
});

for (const locale of locales) {
  test.describe(`the first page in ${locale}`, () => {
    test.use({ locale });
    for (const role of roles) {
      test(`says what waits for the role ${role}, and no link on it leads nowhere`, async ({
        page,
      }) => {
        const say = wordsIn(locale);
        const tablet = await aTablet(run.origin);
        const cookie = await deskCookie(tablet, await holderOf(role));
        await addCookie(page, cookie);
        await page.goto("/");
        for (const [width, height] of [
          [1180, 820],
          [1440, 900],
        ] as const) {
          await resized(page, width, height);
          await expect(page.getByRole("heading", { level: 1 })).toHaveText(
            say("desk.waiting.title"),
          );
          const isContrastKnown = locale !== locales[0] || width !== 1180;
          await seen(page, `${role} ${locale} ${width}`, { isContrastKnown });
        }
        const shown = await page
          .locator("[data-section]")
          .evaluateAll((all) => all.map((one) => one.getAttribute("data-section")));
        expect(shown).toEqual(sectionsOf(role));
        const links = await page
          .locator("header nav a, main a")
          .evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? ""));
        expect(links.length).toBeGreaterThan(0);
        // Where one leads is the same in every language.
        if (locale !== locales[0]) return;
        for (const link of new Set(links)) {
          const answer = await fetch(new URL(link, run.origin), {
            headers: { cookie },
            redirect: "manual",
          });
          await answer.body?.cancel();
          expect(answer.status, `${link} for ${role}`).toBe(200);
        }
      });
    }
  });
}

const sectionsOf = (role: Role) =>
  sectionsFor([role]).map((section) => section.replaceAll("_", "-"));

test("a supervisor sees who is blocked and why, quality what has stopped; each may follow it", async ({
  page,
}) => {
  const unit = await aUnit({ unit: aSerial() });
  const { tablet, crew } = await atDesk(page, "Ruth Calloway");
  const packet = await tablet.packet(unit.traveler);
  const step = packet.content.operations[0]?.steps[2]?.id ?? "";
  const by = await crew.person("Marisol Reyes");
  await act(tablet, by, packet, "startStep", { step });
  await page.goto("/");
  const blocked = page.locator("[data-section=blocked]");
  const line = blocked.getByRole("listitem").filter({ hasText: unit.unit });
  await expect(line).toContainText("Marisol Reyes");
  await expect(line).toContainText("The step 010.3 has not been shown to you yet.");
  await line.getByRole("link", { name: unit.unit }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(unit.unit);
});

/** Where a link leads, without which of many things of that kind it is. */
const kindOf = (address: string): string =>
  address
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>")
    .replaceAll(/[0-9a-f]{64}/g, "<hash>")
    .replaceAll(/([?&](?:q|station|period|after|before|page)=)[^&#]*/g, "$1<any>");

for (const role of roles) {
  test(`every link of every room that the role ${role} reaches leads somewhere`, async () => {
    const tablet = await aTablet(run.origin);
    const cookie = await deskCookie(tablet, await holderOf(role));
    const seenKinds = new Map<string, string>();
    const waiting = ["/"];
    const dead: string[] = [];
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      const answer = await fetch(new URL(address, run.origin), {
        headers: { cookie },
        redirect: "manual",
      });
      const from = seenKinds.get(kindOf(address)) ?? "";
      if (answer.status !== 200) dead.push(`${address} on ${from}: ${answer.status}`);
      const isPage = answer.headers.get("content-type")?.startsWith("text/html") ?? false;
      const html = isPage ? await answer.text() : "";
      if (!isPage) await answer.body?.cancel();
      for (const [, found = ""] of html.matchAll(/<a [^>]*?href="([^"]+)"/g)) {
        const link = found.replaceAll("&amp;", "&").replace(/#.*$/, "");
        if (!link.startsWith("/") || seenKinds.has(kindOf(link))) continue;
        seenKinds.set(kindOf(link), address);
        waiting.push(link);
      }
    }
    expect(dead).toEqual([]);
    expect(seenKinds.size).toBeGreaterThan(role === "integrator" ? 0 : 8);
  });
}
