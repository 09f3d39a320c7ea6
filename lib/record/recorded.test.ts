import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { actorOfSeed } from "#lib/boundary/actor";
import { forSite } from "#lib/db/client";
import { aPerson, aSite } from "#lib/db/test-plant";
import { ok } from "#lib/kit/result";
import type { Happening } from "#lib/record/commands";
import { recorded } from "./recorded.commands.ts";

const stamped = (site: string, person: string, last: Happening["body"] = {}) =>
  recorded(actorOfSeed(site), async (tx) => {
    await tx.stamp.create({
      data: {
        number: `OP-${randomUUID()}`,
        personId: person,
        kind: "operator",
        issuedOn: new Date(),
      },
    });
    const told = { kind: "person", stream: person, type: "stamp.issued" } as const;
    return ok({
      value: null,
      events: [
        { ...told, body: {} },
        { ...told, body: last },
      ],
    });
  });

async function aPersonOfASite() {
  const site = await aSite();
  const { id: person } = await aPerson(site);
  const told = () => forSite(site.id).entry.count({ where: { type: "stamp.issued" } });
  const changed = () => forSite(site.id).stamp.count({ where: { personId: person } });
  return { site: site.id, person, told, changed };
}

it("leaves neither the change nor its entry when either can't be written", async () => {
  const { site, person, told, changed } = await aPersonOfASite();
  const before = [await told(), await changed()];
  // A fraction has no canonical text: the second entry fails after the first was written.
  await expect(stamped(site, person, { fraction: 0.5 })).rejects.toThrow("not a safe integer");
  expect([await told(), await changed()]).toEqual(before);
});

it("writes each of many changes at once to one person, with its entries", async () => {
  const { site, person, told, changed } = await aPersonOfASite();
  const before = [await told(), await changed()];
  await Promise.all(Array.from({ length: 8 }, () => stamped(site, person)));
  expect([await told(), await changed()]).toEqual([(before[0] ?? 0) + 16, (before[1] ?? 0) + 8]);
});
