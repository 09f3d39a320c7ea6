import { setTimeout } from "node:timers/promises";
import { uuidv7 } from "#lib/kit/ids";
import { instant, millis } from "#lib/kit/time";
import type { DemoKit, Packet, SignIn } from "#lib/offline/wire.schema";
import { runningTimer } from "#lib/travelers/clocks.rules";
import { plannedField } from "#lib/travelers/plan.rules";
import type { CommandVerdict } from "#lib/travelers/schema";
import { chanceOf } from "../../prisma/seed/identity.ts";
import { type Act, type Kit, nextAct } from "../../prisma/seed/plan.ts";
import { serialsOf } from "../../prisma/seed/plant.ts";
import { aPicture } from "./pictures.ts";
import { act, demoKit, type Tablet } from "./tablet.ts";

export type Badge = DemoKit["badges"][number];

/** The people of the demo, signed in at one tablet as they are needed. */
export async function crewAt(tablet: Tablet) {
  const { badges } = await demoKit(tablet.origin);
  const present = new Map<string, SignIn>();
  const badgeOf = (name: string): Badge => {
    const badge = badges.find((of) => of.name === name);
    if (!badge) throw new Error(`nobody of the demo is called ${name}`);
    return badge;
  };
  const person = async (name: string): Promise<SignIn> => {
    const known = present.get(name);
    if (known) return known;
    const { badge, pin } = badgeOf(name);
    const signedIn = await tablet.signIn({ badge, pin });
    present.set(name, signedIn);
    return signedIn;
  };
  /** Signs what is shown, with badge and PIN, and sends the buyoff. */
  const sign = async (name: string, packet: Packet, body: SignBody) => {
    const who = await person(name);
    const { badge, pin } = badgeOf(name);
    const id = uuidv7();
    const { proof } = await tablet.proof(
      who,
      { badge, pin },
      {
        command: id,
        contentSha256: body.contentSha256,
      },
    );
    return act(tablet, who, packet, "signBuyoff", body, { id, proof });
  };
  return { badgeOf, person, sign };
}
export type Crew = Awaited<ReturnType<typeof crewAt>>;
type SignBody = Extract<Act, { type: "signBuyoff" }>["body"];

/** Who does what on an ordinary day. */
export function whoDoes(next: Act): string {
  const { role, qualifications, notPerformer } = next.by;
  if (role === "customer") return "Laurent Dubois";
  if (role === "quality" || qualifications.includes("Q-FIN")) return "Ingrid Maurer";
  if (role === "inspector") return "Priya Raman";
  return notPerformer ? "Dwayne Okafor" : "Marisol Reyes";
}

export type Unit = { traveler: string; unit: string; order: string };

/** What lies ready for a unit of the tests: the serials that were made for it, the lots of the store. */
export const kitFor = (of: Unit, values: Kit["values"] = {}): Kit => ({
  order: of.order,
  unit: of.unit,
  component: (part) => componentFor(of.unit, part),
  gage: (type) => gageFor[type] ?? type,
  picture: () => aPicture.body,
  chance: (label) => chanceOf(`${of.unit}/${label}`),
  values,
  now: () => instant(Date.now()),
  newId: () => uuidv7(),
});

const lots: Readonly<Record<string, string>> = {
  "4471-2213-3": "B13-0418",
  "NG-BLT-06-14": "BLT-8831",
  "NG-NUT-06L": "NUT-5127",
  "NG-WSH-06": "WSH-3304",
  "NG-SHM-220": "SHM-1182",
  "PS-B2": "PSB-2291",
  "EP-23": "EPX-0711",
  "NG-TS-OR": "LAC-0093",
};

export function componentFor(unit: string, part: string) {
  const lot = lots[part];
  if (lot) return { serial: null, lot };
  const own = serialsOf(unit).find((stock) => stock.part === part);
  return { serial: own?.serial ?? null, lot: null };
}

export const gageFor: Readonly<Record<string, string>> = {
  thermometer: "TH-0055",
  hygrometer: "TH-0055-H",
  bore_gage_25_35: "BG-0142",
  bore_gage_18_22: "BG-0149",
  indicating_micrometer_25_50: "MIC-0087",
  feeler_gage: "FG-0031",
  fillet_gage: "FIL-0007",
  cmm: "CMM-02",
  dial_wrench_1_12: "DW-0066",
  torque_wrench_10_50: "TW-0209",
  milliohm_meter: "MO-0012",
  scale: "SC-0019",
  insulation_tester: "IT-0003",
};

/** Works a unit over the wire until the next act is the one that `until` waits for, or none is left. */
export async function workOn(
  tablet: Tablet,
  crew: Crew,
  kit: Kit,
  start: Packet,
  until: (next: Act) => boolean = () => false,
): Promise<Packet> {
  let packet = start;
  for (;;) {
    const next = nextAct(packet.state, packet.content, kit);
    if (!next || until(next)) return packet;
    const name = whoDoes(next);
    if (next.type === "attachPhoto") await aPicture.upload(tablet);
    if (next.type === "startStep")
      packet = await shown(tablet, await crew.person(name), packet, next);
    if (next.type === "stopTimer") await untilDwelt(packet, next);
    const done =
      next.type === "signBuyoff"
        ? await crew.sign(name, packet, next.body)
        : await act(tablet, await crew.person(name), packet, next.type, next.body as never);
    if (done.verdict.verdict !== "applied") throw new Error(said(name, next, done.verdict));
    packet = done.packet;
  }
}

/** A dwell takes its time, over the wire as at the bench. */
async function untilDwelt(
  { state, content }: Packet,
  { body }: Extract<Act, { type: "stopTimer" }>,
): Promise<void> {
  const field = plannedField(content, body.field)?.field;
  const timer = runningTimer(state, body);
  if (field?.kind !== "timer" || field.minSeconds === undefined || !timer) return;
  const leftMs = millis(timer.startedAt) + field.minSeconds * 1000 - Date.now();
  if (leftMs > 0) await setTimeout(leftMs + 50);
}

// The revision's requirement has to have been in front of whoever starts.
async function shown(
  tablet: Tablet,
  who: SignIn,
  packet: Packet,
  { body: { step } }: Extract<Act, { type: "startStep" }>,
): Promise<Packet> {
  if (packet.state.steps[step]?.presentedTo.includes(who.person.id)) return packet;
  return (await act(tablet, who, packet, "presentStep", { step, language: "en" })).packet;
}

const said = (name: string, next: Act, verdict: CommandVerdict): string =>
  `${name}, ${next.step ?? next.operation} ${next.type}: ${JSON.stringify(verdict)}`;
