import { canonicalSha256 } from "#lib/kit/canonical";
import { uuidv7 } from "#lib/kit/ids";
import { instant } from "#lib/kit/time";
import type { Packet } from "#lib/offline/wire.schema";
import { amendmentContent } from "#lib/travelers/amendments.rules";
import type { CommandBody, CommandType } from "#lib/travelers/schema";
import { type Act, nextAct } from "../../prisma/seed/plan.ts";
import { kitFor, type Unit, whoDoes } from "./crew.ts";
import { aPicture } from "./pictures.ts";
import { decide } from "./qms.ts";
import { type Desk, logDefect, ncrOf, untilSo } from "./room.ts";
import { act } from "./tablet.ts";
import { aUnit } from "./units.ts";

const running = { "060.1/1": "2.6", "060.1/2": "3.1", "060.1/3": "3.4", "060.1/4": "2.9" };
const again = ["050.1", "050.5", "060.1", "060.2", "060.3"];

/** Acts at one unit, one after the other, each by somebody of the crew. */
export function atUnit({ tablet, crew }: Desk, unit: Unit) {
  const packet = (): Promise<Packet> => tablet.packet(unit.traveler);
  async function send<T extends CommandType>(
    who: string,
    type: T,
    body: CommandBody<T>,
    auth: Parameters<typeof act>[5] = {},
  ): Promise<Packet> {
    const before = await packet();
    const done = await act(tablet, await crew.person(who), before, type, body, auth);
    if (done.verdict.verdict !== "applied")
      throw new Error(`${type} by ${who}: ${JSON.stringify(done.verdict)}`);
    return done.packet;
  }
  /** Badge and PIN for exactly this content. */
  async function proofOf(who: string, command: string, contentSha256: string): Promise<string> {
    const { badge, pin } = crew.badgeOf(who);
    const person = await crew.person(who);
    return (await tablet.proof(person, { badge, pin }, { command, contentSha256 })).proof;
  }
  const amend = async (
    who: string,
    body: CommandBody<"amendReading">,
    second?: string,
  ): Promise<Packet> => {
    if (second === undefined) return send(who, "amendReading", body);
    const id = uuidv7();
    const { state } = await packet();
    const proof = await proofOf(second, id, canonicalSha256(amendmentContent(state, body)));
    const person = (await crew.person(second)).person.id;
    return send(who, "amendReading", body, { id, second: { person, proof } });
  };
  const decline = async (who: string, next: Act, reason: string): Promise<Packet> => {
    if (next.type !== "signBuyoff") throw new Error("nothing is to be bought off");
    const { contentSha256: _, ...place } = next.body;
    return send(who, "declineBuyoff", { ...place, reason });
  };
  /** What is next, by whom it is for; a place that is occupied is cleared first. */
  const work = async (
    until: (next: Act) => boolean = () => false,
    values: Readonly<Record<string, string>> = {},
  ): Promise<Act | null> => {
    for (;;) {
      const { state, content } = await packet();
      const next = nextAct(state, content, kitFor(unit, values));
      if (next === null || until(next)) return next;
      const who = whoDoes(next);
      if (next.type === "signBuyoff") {
        const signed = await crew.sign(who, await packet(), next.body);
        if (signed.verdict.verdict !== "applied") throw new Error(JSON.stringify(signed.verdict));
        continue;
      }
      if (next.type === "installComponent") {
        const { field, position } = next.body;
        const sits = state.components.find(
          (one) => one.field === field && one.position === position && !one.removed,
        );
        const out = {
          reason: "Replaced in rework",
          condition: "scrap" as const,
          to: "Scrap bin 4",
        };
        if (sits) await send(who, "removeComponent", { installation: sits.id, ...out });
      }
      await send(who, next.type, next.body as never);
    }
  };
  return { packet, send, amend, decline, work };
}

const reads = (step: string, position: string) => (next: Act) =>
  next.type === "recordReading" && next.step === step && next.body.position === position;

/**
 * A unit to which everything happened that an inspector asks about: an amendment, one that needed a
 * second person and evidence, a late entry, a refused attempt, an inspector's no, and as many times
 * as wanted a value out of its limits with its defect, NCR, hold and rework.
 */
export async function aTroubledUnit(
  desk: Desk,
  { reworks = 1 }: { reworks?: number } = {},
): Promise<Unit> {
  const unit = await aUnit({ until: "060.3", values: running });
  await aPicture.upload(desk.tablet);
  const at = atUnit(desk, unit);
  const readingAt = ({ state, content }: Packet, step: string, position: string) => {
    const found = state.readings.findLast(
      (one) => one.step === idOf(content, step) && one.position === position,
    );
    if (!found) throw new Error(`nothing was read at ${step}, ${position}`);
    return found;
  };

  const read = readingAt(await at.packet(), "060.1", "1");
  const slip = { reading: read.id, value: "2.7", reason: "Last digit misread", evidence: null };
  await at.amend("Marisol Reyes", slip);

  const ago = (minutes: number) => instant(Date.now() - minutes * 60_000);
  const reason = "Tablet was charging";
  const begin = await at.work((next) => next.type === "startStep" && next.step === "060.3");
  if (begin?.type !== "startStep") throw new Error("060.3 is not begun");
  await at.send("Marisol Reyes", "startStep", {
    ...begin.body,
    late: { claimedAt: ago(26), reason },
  });
  const late = await at.work(reads("060.3", "1"));
  if (late?.type !== "recordReading") throw new Error("060.3 has no first reading");
  await at.send("Marisol Reyes", "recordReading", {
    ...late.body,
    value: "22.7",
    late: { claimedAt: ago(25), reason },
  });

  for (let round = 1; round <= reworks; round += 1) await reworkBolt3(desk, unit, at);

  const decided = await at.work(
    (next) => next.operation === "060" && next.by.signs === "inspection",
  );
  if (decided) await at.decline("Priya Raman", decided, "Torque stripe of bolt 2 is not visible");
  await at.send("Stellan Berg", "recordRefusedAttempt", {
    command: "signBuyoff",
    refusal: "signer_performed_work",
    params: { person: "Stellan Berg" },
  });

  const bond = await at.work((next) => next.step === "070.1" && next.type === "recordReading");
  if (bond?.type !== "recordReading") throw new Error("070.1 has no reading");
  const packet = await at.send("Priya Raman", "recordReading", {
    ...bond.body,
    value: "21.00",
    confirmed: ["out_of_limits"],
  });
  const photo = uuidv7();
  const nowhere = { field: null, position: null, defect: null };
  await at.send("Priya Raman", "attachPhoto", {
    photo,
    ...aPicture.body,
    step: bond.body.step,
    ...nowhere,
  });
  const point = {
    reading: readingAt(packet, "070.1", bond.body.position).id,
    value: "2.10",
    reason: "Decimal point left out; the meter shows 2.1",
    evidence: { photo, reading: null },
  };
  await at.amend("Priya Raman", point, "Ingrid Maurer");
  return unit;
}

const idOf = (content: Packet["content"], number: string): string =>
  content.operations.flatMap(({ steps }) => steps).find((step) => step.number === number)?.id ?? "";

/** Bolt 3 is found nonconforming, decided on, done again and closed: first by its torque, then by sight. */
async function reworkBolt3(desk: Desk, unit: Unit, at: ReturnType<typeof atUnit>): Promise<void> {
  const next = await at.work((act) => reads("060.3", "3")(act) || act.by.signs === "operator");
  const { state: before, content } = await at.packet();
  const step = idOf(content, "060.3");
  const place = { step, field: null, position: "3", reading: null };
  let found: Parameters<typeof logDefect>[2] = { ...place, code: "FIN-01", severity: "major" };
  if (next?.type === "recordReading" && before.reworks.length === 0) {
    const over = { ...next.body, value: "27.2", confirmed: ["out_of_limits" as const] };
    const { state } = await at.send("Marisol Reyes", "recordReading", over);
    const reading = state.readings.at(-1)?.id ?? null;
    found = { ...place, code: "TRQ-01", severity: "major", field: over.field, reading };
  }
  const defect = await logDefect(desk, unit, { ...found, comment: "Wrench clicked twice" });
  const photo = { photo: uuidv7(), ...aPicture.body, step, field: null, position: null };
  await at.send("Marisol Reyes", "attachPhoto", { ...photo, defect });
  const ncr = await ncrOf(desk, unit, defect);
  await decide(ncr, [{ decision: "rework", quantity: "1" }]);
  const { state: told } = await untilSo(desk, unit, (packet) =>
    packet.state.defects.some(({ id, dispositions }) => id === defect && dispositions.length === 1),
  );
  for (const hold of told.holds.filter(({ released }) => !released)) {
    const comment = "Rework of bolt 3, as the NCR says";
    await at.send("Ingrid Maurer", "releaseHold", { hold: hold.id, comment, byHand: null });
  }
  const rework = uuidv7();
  const steps = again.map((number) => ({
    step: idOf(content, number),
    positions: number.startsWith("060") ? ["3"] : null,
  }));
  await at.send("Ruth Calloway", "startRework", { rework, defect, steps });
  // Its steps first, then the signatures that it disturbed.
  await at.work((act) => act.operation === "060" && act.by.signs !== null, {
    "060.1/3": "3.9",
    "060.3/3": "23.8",
  });
  return finish(at, rework, defect);
}

/** The rework is complete once what it voided is signed again. */
async function finish(
  at: ReturnType<typeof atUnit>,
  rework: string,
  defect: string,
): Promise<void> {
  const { state } = await at.packet();
  if (state.reworks.some(({ id, status }) => id === rework && status === "in_work"))
    await at.send("Ingrid Maurer", "completeRework", { rework });
  await at.send("Ingrid Maurer", "closeDefect", { defect, verification: "Torqued again: 23.8" });
}
