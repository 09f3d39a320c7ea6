import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod/mini";
import { expectedAt, routeRules } from "#lib/boundary/routes";
import { type Role, roles } from "#lib/instructions/schema";
import { permissions as rolesOf } from "#lib/travelers/permissions.rules";
import { isAvailable } from "#lib/travelers/rules";
import { type CommandType, commandBodies } from "#lib/travelers/schema";
import words from "../lib/messages/en/permissions.json" with { type: "json" };
import { expect, test } from "./fixtures.ts";
import { type DeskPerson, deskCookie, holderOf } from "./support/doors.ts";
import { addCookie } from "./support/room.ts";
import { run } from "./support/run.ts";
import { seen } from "./support/sight.ts";
import { aTablet, sameOrigin, type Tablet } from "./support/tablet.ts";
import { aUnit } from "./support/units.ts";

let tablet: Tablet;
const holders = new Map<Role, DeskPerson>();
const cookies = new Map<string, string>();
const holder = (role: Role): DeskPerson => {
  const found = holders.get(role);
  if (!found) throw new Error(`nobody is ${role}`);
  return found;
};

test.beforeAll(async () => {
  tablet = await aTablet(run.origin);
  cookies.set("stranger", "");
  cookies.set("tablet", tablet.cookie);
  for (const role of roles) {
    holders.set(role, await holderOf(role));
    cookies.set(role, await deskCookie(tablet, holder(role)));
  }
});

/** The ids under which the build answers for our actions, by the name that the table of routes has. */
async function actionIds(): Promise<Map<string, string>> {
  const built = run.environment.BUYOFF_DIST ?? ".next";
  const root = path.resolve(import.meta.dirname, "..");
  const file = path.join(root, built, "server", "server-reference-manifest.json");
  const { node } = JSON.parse(await readFile(file, "utf8")) as {
    node: Record<string, { filename?: string; exportedName?: string }>;
  };
  return new Map(
    Object.entries(node).map(([id, { filename, exportedName }]) => [
      `ACTION ${filename}#${exportedName}`,
      id,
    ]),
  );
}

/** What an action says to somebody who asks nothing in particular: it is only about being let in. */
async function metAt(id: string, who: string): Promise<string> {
  const answer = await fetch(`${run.origin}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: {
      ...sameOrigin(run.origin),
      "content-type": "text/plain;charset=UTF-8",
      accept: "text/x-component",
      "next-action": id,
      cookie: cookies.get(who) ?? "",
    },
    body: "[{}]",
  });
  const text = await answer.text();
  const [, code] = /"code":"(not_signed_in|not_permitted|invalid_input)"/.exec(text) ?? [];
  return code ?? `${answer.status} ${text.slice(0, 120)}`;
}

test("everybody meets at every act of the desk what the table says", async () => {
  const ids = await actionIds();
  const wrong: string[] = [];
  let met = 0;
  for (const [way, rule] of Object.entries(routeRules)) {
    if (!way.startsWith("ACTION ") || rule.who !== "permission") continue;
    const id = ids.get(way);
    if (!id) throw new Error(`${way} is not in the build: ${[...ids.keys()].join(" ")}`);
    for (const [who, expected] of Object.entries(expectedAt(rule))) {
      const meets = await metAt(id, who);
      // Let in, and then told that nothing was asked.
      if (meets !== (expected === "in" ? "invalid_input" : expected))
        wrong.push(`${way} as ${who}: ${meets}, not ${expected}`);
      met += 1;
    }
  }
  expect(wrong).toEqual([]);
  expect(met).toBeGreaterThan(300);
});

/** A body that the wire can read, about nothing that is there. */
function anyBody(schema: z.core.JSONSchema.BaseSchema): unknown {
  const { anyOf, oneOf, enum: values, type, properties, required, items } = schema;
  const [first] = (anyOf ?? oneOf ?? []) as z.core.JSONSchema.BaseSchema[];
  if (first) return anyBody(first);
  if (schema.const !== undefined) return schema.const;
  if (values) return values[0];
  if (type === "object") {
    const needed = required ?? [];
    return Object.fromEntries(
      Object.entries(properties ?? {})
        .filter(([name]) => needed.includes(name))
        .map(([name, of]) => [name, anyBody(of as z.core.JSONSchema.BaseSchema)]),
    );
  }
  if (type === "array")
    return Array.from({ length: schema.minItems ?? 0 }, () =>
      anyBody(items as z.core.JSONSchema.BaseSchema),
    );
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return schema.minimum ?? 1;
  if (type === "null") return null;
  if (schema.format === "uuid") return "01890000-0000-7000-8000-000000000001";
  if (schema.format === "date-time") return "2026-01-01T00:00:00.000Z";
  if (schema.format === "date") return "2026-01-01";
  if (schema.pattern?.includes("0-9a-f]{64}")) return "0".repeat(64);
  if (schema.pattern?.includes("\\d")) return "1";
  return "none";
}

test("every command over the wire is refused to whoever's role it is not for, and to nobody else", async () => {
  const unit = await aUnit();
  const packet = await tablet.packet(unit.traveler);
  const types = Object.keys(commandBodies) as CommandType[];
  const wrong: string[] = [];
  let met = 0;
  for (const role of roles) {
    const person = await tablet.signIn(holder(role));
    const commands = types.map((type) =>
      tablet.envelope(
        person,
        packet,
        type,
        anyBody(z.toJSONSchema(commandBodies[type], { io: "input" })),
      ),
    );
    const verdicts = [
      ...(await tablet.send(commands.slice(0, 40))),
      ...(await tablet.send(commands.slice(40))),
    ];
    for (const [index, type] of types.entries()) {
      const verdict = verdicts[index];
      const said =
        verdict?.verdict === "recorded_not_applied" ? verdict.refusal.code : verdict?.verdict;
      const isFor = rolesOf[type].includes(role);
      const isAsItShould = isAvailable(type)
        ? (said === "not_permitted") !== isFor
        : said === "command_not_available";
      if (!isAsItShould) wrong.push(`${type} as ${role}: ${said}`);
      met += 1;
    }
  }
  expect(wrong).toEqual([]);
  expect(met).toBe(types.length * roles.length);
});

test("the table on the screen is the table of the boundary, and is printed whole", async ({
  page,
}) => {
  await addCookie(page, cookies.get("quality") ?? "");
  await page.goto("/permissions");
  const called = page.getByRole("rowheader", { name: words.releaseHold, exact: true });
  const row = page.getByRole("row").filter({ has: called });
  await expect(row.getByRole("img", { name: "may" })).toHaveCount(rolesOf.releaseHold.length);
  await expect(row).toContainText("only the hold’s owner");
  await seen(page, "permissions");
  await page.getByRole("rowheader").last().scrollIntoViewIfNeeded();
  await expect(page.getByRole("columnheader", { name: "Operator" })).toBeInViewport();
  await seen(page, "permissions at its end");
  const file = test.info().outputPath("permissions.pdf");
  await page.pdf({ path: file, preferCSSPageSize: true });
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
});
