import { hash, verify } from "@node-rs/argon2";
import { actorOfSeed } from "#lib/boundary/actor";
import { uuidv7 } from "#lib/kit/ids";
import { issueBadge, setPin } from "#lib/people/commands";
import { run } from "../support/run.ts";
import { aConnection, expecting } from "./connection.ts";
import { alternating, perSecond, rowOf, type Scale } from "./measure.ts";
import { aBenchPlant, aBenchTablet } from "./plant.ts";
import type { Row } from "./results.schema.ts";

const pin = "482917";
const lanes = 8;

/** B1c: a PIN is checked for each signature; the hash itself is made to be slow. */
export async function pinChecks({ isSmall, rounds }: Scale): Promise<Row[]> {
  // A tablet is let try sixty times a minute.
  const each = isSmall ? 2 : 14;
  const signers = await Promise.all(Array.from({ length: lanes }, () => aSigner()));
  const stored = await hash(pin, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const seen = await alternating(rounds, {
    limit: () =>
      perSecond(
        signers.map(() => async () => {
          for (let at = 0; at < each; at += 1) {
            if (!(await verify(stored, pin))) throw new Error("the PIN is right");
          }
          return each;
        }),
      ),
    system: () =>
      perSecond(
        signers.map((sign) => async () => {
          for (let at = 0; at < each; at += 1) await sign({});
          return each;
        }),
      ),
  });
  const name = "PIN checks through /api/sign, 8 connections / bare Argon2id of the same cost";
  return [rowOf({ id: "B1c", name, unit: "a second", rounds: seen, target: { least: 0.7 } })];
}

/** Somebody at a tablet, in a signing period that badge and PIN have begun: from then on the PIN. */
async function aSigner(): Promise<(more: { badge?: string }) => Promise<void>> {
  const plant = await aBenchPlant(1);
  const tablet = await aBenchTablet(plant);
  const seed = actorOfSeed(plant.site);
  const person = plant.people.inspector.id;
  const badge = await issueBadge(seed, person);
  const given = await setPin(seed, person, pin);
  if (!badge.ok || !given.ok) throw new Error("no badge and PIN for the bench");
  const connection = aConnection(run.origin);
  const post = async (path: string, body: object) => {
    const said = connection.say("POST", path, tablet.headers, JSON.stringify(body));
    const answer = JSON.parse(await expecting(200, path, said));
    if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  };
  const contentSha256 = "0".repeat(64);
  const sign = (more: { badge?: string }) =>
    post("/api/sign", { command: uuidv7(), contentSha256, pin, person, ...more });
  await post("/api/floor/sign-in", { badge: badge.value, pin });
  await sign({ badge: badge.value });
  return sign;
}
