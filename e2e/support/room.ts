import { expect, type Page } from "@playwright/test";
import { uuidv7 } from "#lib/kit/ids";
import type { Packet } from "#lib/offline/wire.schema";
import type { CommandBody } from "#lib/travelers/schema";
import { type Act, nextAct } from "../../prisma/seed/plan.ts";
import { type Crew, crewAt, kitFor, type Unit, whoDoes } from "./crew.ts";
import { deskCookie, holderOf } from "./doors.ts";
import { aPicture } from "./pictures.ts";
import { run } from "./run.ts";
import { act, aTablet, type Tablet } from "./tablet.ts";

type Role = Parameters<typeof holderOf>[0];
export type Desk = { tablet: Tablet; crew: Crew };

/** The desk of somebody, with a session of its own: no one-time code is waited for. */
export async function atDesk(page: Page, who: string | { role: Role }): Promise<Desk> {
  const tablet = await aTablet(run.origin);
  const crew = await crewAt(tablet);
  const person = typeof who === "string" ? crew.badgeOf(who) : await holderOf(who.role);
  await addCookie(page, await deskCookie(tablet, person));
  return { tablet, crew };
}

export async function addCookie(page: Page, cookie: string): Promise<void> {
  const at = cookie.indexOf("=");
  const [name, value] = [cookie.slice(0, at), cookie.slice(at + 1)];
  await page.context().addCookies([{ name, value, url: run.origin }]);
}

type Logged = Partial<CommandBody<"logDefect">>;

/** A defect as a tablet logs it; critical, so that the plant's rule holds the unit. */
export async function logDefect(
  { tablet, crew }: Desk,
  unit: Unit,
  of: Logged = {},
): Promise<string> {
  const defect = uuidv7();
  const body = {
    defect,
    code: "FIN-01",
    severity: "critical" as const,
    quantity: "1",
    step: null,
    field: null,
    position: null,
    reading: null,
    location: null,
    comment: null,
    ...of,
  };
  const packet = await tablet.packet(unit.traveler);
  const { verdict } = await act(
    tablet,
    await crew.person("Priya Raman"),
    packet,
    "logDefect",
    body,
  );
  if (verdict.verdict !== "applied") throw new Error(`defect: ${JSON.stringify(verdict)}`);
  return defect;
}

/** What the unit looks like once something has come about. */
export async function untilSo(
  { tablet }: Desk,
  unit: Unit,
  isSo: (packet: Packet) => boolean,
): Promise<Packet> {
  let packet = await tablet.packet(unit.traveler);
  await expect(async () => {
    packet = await tablet.packet(unit.traveler);
    expect(isSo(packet), JSON.stringify(packet.state.defects)).toBe(true);
  }).toPass({ intervals: [300] });
  return packet;
}

/** The number that the QMS has given this defect. */
export async function ncrOf(desk: Desk, unit: Unit, defect: string): Promise<string> {
  const of = ({ state }: Packet) => state.defects.find(({ id }) => id === defect)?.qms?.number;
  return of(await untilSo(desk, unit, (packet) => of(packet) !== undefined)) ?? "";
}

/** Does what is next at the unit, over the wire, by whom it is for, until something else would be. */
export async function work(
  { tablet, crew }: Desk,
  unit: Unit,
  until: (next: Act) => boolean = () => false,
): Promise<Packet> {
  await aPicture.upload(tablet);
  let packet = await tablet.packet(unit.traveler);
  for (;;) {
    const next = nextAct(packet.state, packet.content, kitFor(unit));
    if (next === null || until(next)) return packet;
    const who = whoDoes(next);
    const done =
      next.type === "signBuyoff"
        ? await crew.sign(who, packet, next.body)
        : await act(tablet, await crew.person(who), packet, next.type, next.body);
    if (done.verdict.verdict !== "applied")
      throw new Error(`${next.type} by ${who}: ${JSON.stringify(done.verdict)}`);
    packet = done.packet;
  }
}
