import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { aSite, aTablet, type TestSite } from "#lib/db/test-plant";
import { env } from "#lib/kit/env";
import { instant, plusMinutes } from "#lib/kit/time";
import { actorOfGrant } from "./actor.ts";
import { grantReader, readGrant, signGrant } from "./grant.ts";

const now = instant(Date.now());

async function aGrant(site?: TestSite) {
  const tablet = await aTablet(site ?? (await aSite()));
  const text = signGrant({
    person: randomUUID(),
    device: tablet.id,
    site: tablet.actor.site,
    roles: ["operator"],
    period: randomUUID(),
    issuedAt: now,
    notAfter: plusMinutes(now, 720),
  });
  return { tablet: tablet.actor, text };
}

it("makes an actor of the person, with the roles it names and the tablet's site", async () => {
  const { tablet, text } = await aGrant();
  const grant = readGrant(text);
  expect(actorOfGrant(grant, tablet, now)).toMatchObject({
    id: grant?.person,
    site: tablet.site,
    roles: ["operator"],
    via: "grant",
    device: tablet.device,
  });
});

it("is nobody's at another tablet of the site, or at another site's", async () => {
  const site = await aSite();
  const { text } = await aGrant(site);
  const beside = await aGrant(site);
  expect(actorOfGrant(readGrant(text), beside.tablet, now)).toBeNull();
  const elsewhere = await aGrant();
  expect(actorOfGrant(readGrant(text), elsewhere.tablet, now)).toBeNull();
});

it("covers no act before it was given or after it ended", async () => {
  const { tablet, text } = await aGrant();
  const grant = readGrant(text);
  expect(actorOfGrant(grant, tablet, plusMinutes(now, -1))).toBeNull();
  expect(actorOfGrant(grant, tablet, plusMinutes(now, 720))).not.toBeNull();
  expect(actorOfGrant(grant, tablet, plusMinutes(now, 721))).toBeNull();
});

it("is refused with edited roles, another's signature, half of it, or the key of another installation", async () => {
  const { text } = await aGrant();
  const [said = "", mac = ""] = text.split(".");
  const edited = JSON.parse(Buffer.from(said, "base64url").toString());
  edited.roles = ["quality"];
  const forged = Buffer.from(JSON.stringify(edited)).toString("base64url");
  const { text: another } = await aGrant();
  for (const wrong of [
    `${forged}.${mac}`,
    `${said}.${another.split(".")[1]}`,
    said,
    `${said}.`,
    `.${mac}`,
    `${said}.${mac}.${mac}`,
    `${said}.${mac.slice(0, -1)}`,
    "",
    "x".repeat(5000),
  ]) {
    expect(readGrant(wrong), wrong.slice(0, 20)).toBeNull();
  }
  const ours = env.BUYOFF_SECRET;
  try {
    env.BUYOFF_SECRET = Buffer.alloc(32, 7).toString("base64url");
    expect(readGrant(text)).toBeNull();
  } finally {
    env.BUYOFF_SECRET = ours;
  }
  expect(readGrant(text)).not.toBeNull();
});

it("is read once for a batch, and what is no grant stays none", async () => {
  const { text } = await aGrant();
  const { text: another } = await aGrant();
  const grantOf = grantReader();
  expect(grantOf(text)).toEqual(readGrant(text));
  expect(grantOf(text)).toBe(grantOf(text));
  expect(grantOf(another)).toEqual(readGrant(another));
  expect(grantOf(`${text}x`)).toBeNull();
  expect(grantOf(`${text}x`)).toBeNull();
});
