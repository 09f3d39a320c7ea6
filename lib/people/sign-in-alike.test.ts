import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { aPerson, aSite, aTablet } from "#lib/db/test-plant";
import { signInAtTablet } from "./sign-in.commands.ts";

const wrong = { ok: false, error: { code: "credentials_wrong", params: {} } };
const kinds = ["unknown", "wrong"] as const;
type Kind = (typeof kinds)[number];

it("takes as long for an unknown badge as for a wrong PIN", async () => {
  const site = await aSite();
  const person = await aPerson(site);
  const took: Record<Kind, number[]> = { unknown: [], wrong: [] };
  const badgeOf = (kind: Kind) =>
    kind === "wrong" ? person.badge : `BDG~${randomUUID().slice(0, 8)}~SECRET`;
  const samples = async () => {
    for (let turn = 0; turn < 32; turn += 1) {
      // Fresh tablets, so that no lock shortens an answer; now this one first and now that, so that load hits both.
      const tablet = await aTablet(site);
      for (const kind of turn % 2 === 0 ? kinds : kinds.toReversed()) {
        const from = performance.now();
        const answer = await signInAtTablet(tablet.actor, { badge: badgeOf(kind), pin: "111222" });
        took[kind].push(performance.now() - from);
        expect(answer).toEqual(wrong);
      }
    }
    return median(took.unknown) / median(took.wrong);
  };
  let ratio = await samples();
  // A machine that was busy for a while is given more of both; a difference that is there only shows more clearly.
  for (let more = 0; more < 4 && !isAlike(ratio); more += 1) ratio = await samples();
  expect(ratio).toBeGreaterThan(0.75);
  expect(ratio).toBeLessThan(1.33);
}, 240_000);

const isAlike = (ratio: number): boolean => ratio > 0.75 && ratio < 1.33;
const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
