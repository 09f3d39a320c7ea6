import { glob, readFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { uuidv7 } from "#lib/kit/ids";
import { locales } from "#lib/messages/locales";
import { expect, test } from "./fixtures.ts";
import { rows } from "./support/database.ts";
import { aDrop } from "./support/evidence.ts";
import { aReconciliation } from "./support/reconciliation.ts";
import { atDesk } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aTablet } from "./support/tablet.ts";
import { aValidation } from "./support/validation.ts";
import { wordsIn } from "./support/words.ts";

const root = path.resolve(import.meta.dirname, "..");
type Shown = {
  traveler: string;
  unit: string;
  defect: string;
  gage: string;
  order: string;
  person: string;
  stock: string;
  station: string;
  requirement: string;
  message: string;
  connector: string;
  rule: string;
  reconciliation: string;
  validation: string;
  drop: string;
};
type Room = {
  address: (of: Shown) => string;
  /** Key of the sentence in its heading, or the heading itself. */
  heading: string | ((of: Shown) => string);
  who: "stranger" | "supervisor" | "quality" | "administrator";
};

const room = (address: string, heading: string, who: Room["who"] = "supervisor"): Room => ({
  address: () => address,
  heading,
  who,
});

/** Every face that `app/` has, and how it comes to be seen. */
const rooms: Readonly<Record<string, Room>> = {
  "(desk)/(rooms)/page.tsx": room("/", "desk.landing.claim", "stranger"),
  "(desk)/sign-in/page.tsx": room("/sign-in", "desk.signIn.title", "stranger"),
  // Where somebody is there already, the first administrator's room is of nothing.
  "(desk)/set-up/page.tsx": room("/set-up", "desk.notFound.title", "stranger"),
  "(desk)/[...missing]/page.tsx": room("/no/such/room", "desk.notFound.title", "stranger"),
  "(desk)/not-found.tsx": room("/no-such-room", "desk.notFound.title", "stranger"),
  "(floor)/floor/page.tsx": room("/floor", "floor.enrol.title", "stranger"),
  "(desk)/new-pin/page.tsx": room("/new-pin", "desk.newPin.title", "stranger"),
  "(desk)/(rooms)/feed/crosswalks/page.tsx": room(
    "/feed/crosswalks",
    "desk.crosswalks.title",
    "quality",
  ),
  "(desk)/(rooms)/feed/crosswalks/[kind]/page.tsx": room(
    "/feed/crosswalks/defect_code",
    "desk.crosswalks.kind.defect_code",
    "quality",
  ),
  "(desk)/(rooms)/feed/crosswalks/coverage/page.tsx": room(
    "/feed/crosswalks/coverage?show=all",
    "desk.crosswalks.coverage",
    "quality",
  ),
  "(desk)/(rooms)/feed/crosswalks/preview/page.tsx": room(
    "/feed/crosswalks/preview",
    "desk.crosswalks.preview",
    "quality",
  ),
  "(desk)/(rooms)/gages/page.tsx": room("/gages", "desk.gages.title"),
  "(desk)/(rooms)/gages/[id]/page.tsx": {
    address: ({ gage }) => `/gages/${gage}`,
    heading: () => "TW-0198",
    who: "supervisor",
  },
  "(desk)/(rooms)/orders/[id]/page.tsx": {
    address: ({ order }) => `/orders/${order}`,
    heading: () => "WO-",
    who: "supervisor",
  },
  "(desk)/(rooms)/people/[id]/page.tsx": {
    address: ({ person }) => `/people/${person}`,
    heading: () => "Marisol Reyes",
    who: "supervisor",
  },
  "(desk)/(rooms)/buyoffs/page.tsx": room("/buyoffs", "desk.buyoffs.title"),
  "(desk)/(rooms)/buyoffs/[id]/[requirement]/page.tsx": {
    address: ({ traveler, requirement }) => `/buyoffs/${traveler}/${requirement}`,
    heading: () => "020",
    who: "supervisor",
  },
  "(desk)/(rooms)/feed/page.tsx": room("/feed", "desk.messages.title", "quality"),
  "(desk)/(rooms)/feed/messages/[id]/page.tsx": {
    address: ({ message }) => `/feed/messages/${message}`,
    heading: () => "NCR",
    who: "quality",
  },
  "(desk)/(rooms)/feed/connectors/page.tsx": room(
    "/feed/connectors",
    "connectors.title",
    "administrator",
  ),
  "(desk)/(rooms)/feed/connectors/new/page.tsx": room(
    "/feed/connectors/new",
    "connectors.chooseTitle",
    "administrator",
  ),
  "(desk)/(rooms)/feed/connectors/[id]/page.tsx": {
    address: ({ connector }) => `/feed/connectors/${connector}`,
    heading: () => "QMS",
    who: "administrator",
  },
  "(desk)/(rooms)/feed/connectors/[id]/document/page.tsx": {
    address: ({ connector }) => `/feed/connectors/${connector}/document`,
    heading: () => "QMS",
    who: "administrator",
  },
  "(desk)/(rooms)/feed/reconciliation/page.tsx": room(
    "/feed/reconciliation",
    "desk.reconciliation.title",
    "quality",
  ),
  "(desk)/(rooms)/feed/reconciliation/[id]/page.tsx": {
    address: ({ reconciliation }) => `/feed/reconciliation/${reconciliation}`,
    heading: "desk.reconciliation.one",
    who: "quality",
  },
  "(desk)/(rooms)/feed/validation/page.tsx": room(
    "/feed/validation",
    "desk.validation.title",
    "administrator",
  ),
  "(desk)/(rooms)/feed/validation/[id]/page.tsx": {
    address: ({ validation }) => `/feed/validation/${validation}`,
    heading: "desk.validation.one",
    who: "quality",
  },
  "(desk)/(rooms)/feed/replay/page.tsx": room("/feed/replay", "desk.replay.title", "quality"),
  "(desk)/(rooms)/feed/drops/page.tsx": room("/feed/drops", "desk.drops.title", "quality"),
  "(desk)/(rooms)/feed/drops/[id]/page.tsx": {
    address: ({ drop }) => `/feed/drops/${drop}`,
    heading: "desk.drops.one",
    who: "quality",
  },
  "(desk)/(rooms)/process-limits/page.tsx": room("/process-limits", "desk.processLimits.title"),
  "(desk)/(rooms)/reviews/page.tsx": room("/reviews", "desk.reviews.title", "quality"),
  "(desk)/(rooms)/conflicts/page.tsx": room("/conflicts", "desk.conflicts.title", "quality"),
  "(desk)/(rooms)/defects/page.tsx": room("/defects?show=all", "desk.defects.title"),
  "(desk)/(rooms)/defects/[id]/page.tsx": {
    address: ({ defect }) => `/defects/${defect}`,
    heading: () => "DIM-01",
    who: "supervisor",
  },
  "(desk)/(rooms)/holds/page.tsx": room("/holds", "desk.holds.title"),
  "(desk)/(rooms)/waivers/page.tsx": room("/waivers", "desk.waivers.title"),
  "(desk)/(rooms)/orders/messages/page.tsx": room(
    "/orders/messages?show=all",
    "desk.orderMessages.title",
  ),
  "(desk)/(rooms)/feed/tokens/page.tsx": room("/feed/tokens", "desk.tokens.title", "quality"),
  "(desk)/(rooms)/feed/rules/page.tsx": room("/feed/rules", "desk.rules.title", "quality"),
  "(desk)/(rooms)/feed/rules/[id]/page.tsx": {
    address: ({ rule }) => `/feed/rules/${rule}`,
    heading: () => "ncr-from-defect",
    who: "quality",
  },
  "(desk)/(rooms)/feed/inbox/page.tsx": room("/feed/inbox", "desk.inbox.title", "quality"),
  "(desk)/(rooms)/feed/matrix/page.tsx": room("/feed/matrix", "desk.matrix.title", "quality"),
  "(desk)/(rooms)/orders/page.tsx": room("/orders", "desk.orders.title"),
  "(desk)/(rooms)/people/page.tsx": room("/people", "desk.people.title"),
  "(desk)/(rooms)/qualifications/page.tsx": room(
    "/qualifications?show=all",
    "desk.qualifications.title",
  ),
  "(desk)/(rooms)/stamps/page.tsx": room("/stamps", "desk.stamps.title"),
  "(desk)/(rooms)/offline-signing/page.tsx": room(
    "/offline-signing",
    "desk.offlineSigning.title",
    "quality",
  ),
  "(desk)/(rooms)/stock/page.tsx": room("/stock", "desk.stock.title"),
  "(desk)/(rooms)/stock/[id]/page.tsx": {
    address: ({ stock }) => `/stock/${stock}`,
    heading: () => "PS-B2",
    who: "supervisor",
  },
  "(desk)/(rooms)/labels/page.tsx": {
    address: ({ order }) => `/labels?order=${order}`,
    heading: "desk.labels.title",
    who: "supervisor",
  },
  "(desk)/(rooms)/stations/[id]/page.tsx": {
    address: ({ station }) => `/stations/${station}`,
    heading: () => "ASM-1",
    who: "supervisor",
  },
  "(desk)/(rooms)/permissions/page.tsx": room("/permissions", "desk.permissions.title"),
  "(desk)/(rooms)/stations/page.tsx": room("/stations", "desk.stations.title"),
  "(desk)/(rooms)/travelers/page.tsx": room("/travelers?show=all", "desk.travelers.title"),
  "(desk)/(rooms)/travelers/[id]/page.tsx": {
    address: ({ traveler }) => `/travelers/${traveler}`,
    heading: ({ unit }) => unit,
    who: "supervisor",
  },
  "(desk)/(rooms)/travelers/[id]/entries/page.tsx": {
    address: ({ traveler }) => `/travelers/${traveler}/entries`,
    heading: ({ unit }) => unit,
    who: "supervisor",
  },
  "(desk)/(rooms)/not-found.tsx": {
    address: () => `/travelers/${uuidv7()}`,
    heading: "desk.notFound.title",
    who: "supervisor",
  },
};
/** What stands when a page broke: seen by breaking one. */
const brokenFaces = ["(desk)/(rooms)/error.tsx", "(desk)/error.tsx"];

test("every face of the app is on the list of those that are looked at", async () => {
  const files: string[] = [];
  const faces = "**/{page,error,not-found,loading,default,template,global-error}.{tsx,ts,jsx,js}";
  for await (const file of glob(faces, { cwd: path.join(root, "app") })) files.push(file);
  expect(files.sort()).toEqual([...Object.keys(rooms), ...brokenFaces].sort());
});

const enter: Readonly<Record<Room["who"], (page: Page) => Promise<unknown>>> = {
  stranger: async () => {},
  supervisor: (page) => atDesk(page, "Ruth Calloway"),
  quality: (page) => atDesk(page, "Ingrid Maurer"),
  administrator: (page) => atDesk(page, { role: "administrator" }),
};

test.describe("the rooms", () => {
  // The browser itself complains of an address of nothing, which some of these are.
  test.use({ expectedComplaint: /status of 404/ });

  for (const locale of locales) {
    test.describe(`in ${locale}`, () => {
      test.use({ locale });
      for (const who of ["stranger", "supervisor", "quality", "administrator"] as const) {
        test(`are seen by everybody: at their address, named, nothing that axe finds (${who})`, async ({
          page,
        }) => {
          const shown = await somethingToShow();
          await enter[who](page);
          const say = wordsIn(locale);
          const own = Object.entries(rooms).filter(([, room]) => room.who === who);
          expect(own).not.toEqual([]);
          for (const [file, { address, heading }] of own) {
            await page.goto(address(shown));
            const words = typeof heading === "string" ? say(heading) : heading(shown);
            await expect(page.getByRole("heading", { level: 1 }), file).toContainText(words);
            await expect(page.locator("html")).toHaveAttribute("lang", locale);
            await seen(page, file, { isContrastKnown: locale !== locales[0] });
          }
        });
      }
    });
  }
});

test.describe("a page that broke", () => {
  test.use({ expectedComplaint: /ERR_FAILED|ChunkLoadError|Failed to load chunk/ });

  test("says so, and what to do", async ({ desk }) => {
    const faces = await Promise.all(
      brokenFaces.map((file) => readFile(path.join(root, "app", file), "utf8")),
    );
    expect(new Set(faces).size, "one face, wherever it broke").toBe(1);
    await atDesk(desk, "Ingrid Maurer");
    await desk.goto("/");
    await desk.route("**/_next/static/chunks/**", (route) => route.abort());
    await desk.getByRole("link", { name: "Stations", exact: true }).click();
    const title = wordsIn("en")("desk.failed.title");
    await expect(desk.getByRole("heading", { level: 1 })).toContainText(title);
    await seen(desk, "broken");
  });
});

/** The defect of the demo plant, with its unit; and a tablet, so that no list is empty. */
async function somethingToShow(): Promise<Shown> {
  await aTablet(run.origin);
  const [found] = await rows<Omit<Shown, "reconciliation" | "validation" | "drop">>(
    `select d.id as defect, t.id as traveler, t.serial as unit, g.id as gage, o.id as "order",
            p.id as person, k.id as stock, s.id as station, m.id as message, m.connector_id as connector, u.id as rule, (select b->>'id' from instruction_revisions r,
              jsonb_path_query(r.content::jsonb, '$.operations[*] ? (@.number == "020").steps[*].buyoffs[*]') b
              where r.content_sha256 = t.content_sha256 limit 1) as requirement
       from defects d join travelers t on t.id = d.traveler_id
       join gages g on g.site_id = t.site_id and g.code = 'TW-0198'
       join work_orders o on o.site_id = t.site_id and o.number = t.work_order
       join people p on p.name = 'Marisol Reyes'
       join stock k on k.site_id = t.site_id and k.part = 'PS-B2'
       join stations s on s.site_id = t.site_id and s.code = 'ASM-1'
       join deliveries m on m.site_id = t.site_id and m.operation = 'create' and m.process = 'NCR'
       join connectors c on c.id = m.connector_id and c.code = 'qms-sandbox'
      join routing_rules u on u.site_id = t.site_id and u.code = 'ncr-from-defect'
      where d.code = 'DIM-01' and t.serial like 'FSB-%' limit 1`,
  );
  if (!found) throw new Error("the demo plant has no defect");
  return {
    ...found,
    reconciliation: await aReconciliation(),
    validation: await aValidation(),
    drop: await aDrop(),
  };
}

/** Which dialogs of a room its own journey opens is that journey's; these are the ones of no journey. */
test("the desk's dialogs, opened and closed", async ({ desk }) => {
  const shown = await somethingToShow();
  await atDesk(desk, "Hector Salinas");
  const dialog = desk.getByRole("dialog");
  const look = async (name: string, open: () => Promise<void>) => {
    await open();
    await expect(dialog).toBeVisible();
    await seen(desk, name);
    await desk.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
  };
  const tap = (page: Page, name: string) => page.getByRole("button", { name }).first().click();
  await desk.goto("/orders");
  await look("release units", () => tap(desk, "Release units"));
  await desk.goto(`/travelers/${shown.traveler}`);
  await look("log a defect", () => tap(desk, "Log a defect"));
  await look("photo", () => tap(desk, "Open photo 1"));
  await desk.goto("/stations");
  await look("enrolment code", () => tap(desk, "Enroll a tablet"));
  await look("revoke a tablet", () => tap(desk, "Revoke"));
});
