import { expect, type Locator, type Page } from "@playwright/test";
import type { InstructionContent } from "#lib/instructions/schema";
import { decimalIn, type Locale } from "#lib/messages/locales";
import type { Packet } from "#lib/offline/wire.schema";
import { entryLine } from "#lib/record/schema";
import type { TravelerEvent } from "#lib/travelers/events.schema";
import { evolve } from "#lib/travelers/evolve.rules";
import { recordedEvent } from "#lib/travelers/history.queries";
import type { TravelerState } from "#lib/travelers/state.schema";
import { type Act, type Kit, nextAct } from "../../prisma/seed/plan.ts";
import { type Badge, kitFor, type Unit, whoDoes } from "./crew.ts";
import { type EntryRow, entriesOf } from "./database.ts";
import { aPicture } from "./pictures.ts";
import type { Known } from "./sight.ts";
import { demoKit, type Tablet } from "./tablet.ts";
import { wordsIn } from "./words.ts";

/** What somebody has in their hand and in their head. */
export type Held = Pick<Badge, "name" | "badge" | "pin">;

/** The tablet as a person has it in their hands: scans, keys and taps, nothing else. */
export class Player {
  readonly page: Page;
  private readonly origin: string;
  private badges: readonly Held[] = [];
  private signedIn = "";
  private readonly locale: Locale;
  private readonly say: ReturnType<typeof wordsIn>;

  constructor(page: Page, origin: string, locale: Locale = "en") {
    this.page = page;
    page.setDefaultTimeout(90_000);
    this.origin = origin;
    this.locale = locale;
    this.say = wordsIn(locale);
  }

  /** Knows the people of the demo from here on. */
  async meet(): Promise<void> {
    this.badges = (await demoKit(this.origin)).badges;
  }

  /** Somebody of the test's own, too. */
  knows(held: Held): void {
    this.badges = [...this.badges, held];
  }

  async enrol(station = "ASM-1"): Promise<void> {
    await this.meet();
    // An hour without a touch, so that a slow machine doesn't lock the screen in the middle of a story.
    await this.page.goto("/floor?idle=3600");
    await this.page.getByRole("button", { name: station }).click();
    const title = this.say("floor.lock.title");
    await expect(this.page.getByRole("heading", { name: title })).toBeVisible();
  }

  badgeOf(name: string, index = 0): Held {
    const badge = this.badges.filter((of) => of.name === name)[index];
    if (!badge) throw new Error(`nobody of the demo is called ${name}`);
    return badge;
  }

  /** As a keyboard-wedge reader types it: faster than any hand, Enter at the end. */
  async scan(text: string): Promise<void> {
    await this.page.evaluate((label) => {
      // Made before the first is heard: a reader's keys carry the time at which it sent them.
      const keys = [...label, "Enter"].map(
        (key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
      for (const key of keys) dispatchEvent(key);
    }, text);
  }

  async pin(name: string): Promise<void> {
    await this.digits(this.badgeOf(name).pin);
  }

  async digits(pin: string): Promise<void> {
    await this.press("floor.pin.keys", pin);
  }

  /**
   * The first with a finger, for which the keys have to be in sight and free; each other one as soon as it can be
   * pressed, by what a finger brings about: a finger takes Playwright and the browser five times as long.
   */
  private async press(pad: string, typed: string): Promise<void> {
    const region = this.page.getByRole("region", { name: this.say(pad) });
    for (const [index, name] of [...typed].entries()) {
      const key = region.getByRole("button", { name, exact: true, disabled: false });
      if (index === 0) await key.click();
      else await key.evaluate((button: HTMLElement) => button.click());
    }
  }

  async signIn(name: string): Promise<void> {
    await this.scan(this.badgeOf(name).badge);
    await this.pin(name);
    const enter = this.say("floor.lock.enter");
    await this.page.getByRole("button", { name: enter, exact: true }).click();
    await this.expectSignedIn(name);
  }

  async handOver(name: string): Promise<void> {
    if (this.signedIn === name) return;
    // The stamp is shown landing for a moment before the step is back.
    const signature = this.say("floor.sign.signer");
    await expect(this.page.getByRole("region", { name: signature, exact: true })).toBeHidden();
    await this.scan(this.badgeOf(name).badge);
    await this.pin(name);
    await this.page.getByRole("button", { name: this.say("floor.handOver.take") }).click();
    await this.expectSignedIn(name);
  }

  private async expectSignedIn(name: string): Promise<void> {
    await expect(this.page.getByRole("button", { name: `${name}:` })).toBeVisible();
    this.signedIn = name;
  }

  /** Connection and who is signed in stand where a signature is asked for: on its screen, or in its dialog. */
  async expectSignedInAt(place: Locator, connection: RegExp): Promise<void> {
    const status = place.getByRole("status").filter({ hasText: connection });
    await expect(status).toBeInViewport({ ratio: 1 });
    const person = new RegExp(`${this.signedIn}${this.say("floor.sign.signedIn")}$`);
    await expect(place.locator("p", { hasText: person })).toBeInViewport({ ratio: 1 });
  }

  async open(unit: Unit): Promise<void> {
    await this.scan(`TRV~${unit.traveler}`);
    const toQueue = this.say("floor.player.toQueue");
    await expect(this.page.getByRole("button", { name: toQueue })).toContainText(unit.unit);
  }

  /** From one unit to another, by way of the queue. */
  async goTo(unit: Unit): Promise<void> {
    await this.page.getByRole("button", { name: this.say("floor.player.toQueue") }).click();
    await this.open(unit);
  }

  /** Takes out for good what sits where the new one goes. */
  async takeOut(): Promise<void> {
    await this.page.getByRole("button", { name: "Take it out first" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Replaced in rework" }).click();
    await dialog.getByRole("button", { name: /^Scrap/ }).click();
    await dialog.getByRole("button", { name: "Take it out" }).click();
    await expect(dialog).toBeHidden();
  }

  /** With the point or the comma of whoever types. */
  async type(value: string): Promise<void> {
    await this.press("common.keypad.keys", decimalIn(value, this.locale));
  }

  async record(value: string): Promise<void> {
    await this.type(value);
    const record = new RegExp(`^${this.say("floor.entry.record")}`);
    await this.page.getByRole("complementary").getByRole("button", { name: record }).click();
  }

  async photo(): Promise<void> {
    const file = { name: "photo.png", mimeType: "image/png", buffer: aPicture.bytes };
    const keep = this.page.getByRole("button", { name: "Keep this photo" });
    await this.page.locator('aside input[type="file"]').setInputFiles(file);
    await keep.click();
  }

  /** Without a network: the badge, and a PIN twice; somebody's own where none is given. */
  async seal(name: string, pin: string = this.badgeOf(name).pin): Promise<void> {
    const signer = this.say("floor.sign.signer");
    const signature = this.page.getByRole("region", { name: signer, exact: true });
    await expect(signature).toBeVisible();
    await this.scan(this.badgeOf(name).badge);
    await this.digits(pin);
    const tap = (key: string) =>
      signature.getByRole("button", { name: new RegExp(`^${this.say(key)}`) }).click();
    await tap("floor.sign.offlineNext");
    await this.digits(pin);
    await tap("floor.sign.offlineAccept");
  }

  /** Signs what the screen shows: the signed-in person with their PIN, anybody else with badge and PIN. */
  async sign(name: string): Promise<void> {
    const signature = this.page.getByRole("region", { name: "Signature", exact: true });
    await expect(signature).toBeVisible();
    if (this.signedIn === name) {
      const badgeFirst = signature.getByText("Scan your badge first");
      await expect(badgeFirst.or(signature.getByText("The PIN is your signature"))).toBeVisible();
      if (await badgeFirst.isVisible()) await this.scan(this.badgeOf(name).badge);
    } else {
      await this.scan(this.badgeOf(name).badge);
    }
    await this.pin(name);
    await this.page.getByRole("button", { name: /^Accept/ }).click();
  }
}

/** What a person sees to do: opening and starting a step is the screen's own business. */
export function nextOnScreen(
  state: TravelerState,
  content: InstructionContent,
  kit: Kit,
): Act | null {
  const next = nextAct(state, content, kit);
  if (next?.type !== "presentStep" && next?.type !== "startStep") return next;
  const now = state.steps[next.body.step];
  if (!now) return next;
  const begun = { ...now, status: "in_work" as const, presentedTo: ["somebody"] };
  return nextAct({ ...state, steps: { ...state.steps, [next.body.step]: begun } }, content, kit);
}

export type Journey = {
  player: Player;
  /** Another tablet that only looks: what the server holds, not what the screen believes. */
  observer: Tablet;
  unit: Unit;
  values?: Kit["values"];
  /** Called when a screen that was not seen before is there; the colors of one for the same kind of act are known. */
  onScreen?: (name: string, known: Known) => Promise<void>;
  who?: (next: Act) => string;
};

/** Works on the screen until the next act is the one that is waited for; gives the server's state. */
export async function workOnScreen(
  journey: Journey,
  until: (next: Act) => boolean = () => false,
): Promise<Packet> {
  const { player, observer, unit, who = whoDoes } = journey;
  const kit = kitFor(unit, journey.values);
  const seen = new Set<string>();
  const kinds = new Set<string>();
  let packet = await observer.packet(unit.traveler);
  for (;;) {
    const next = nextOnScreen(packet.state, packet.content, kit);
    if (!next || until(next)) return observer.packet(unit.traveler);
    const name = who(next);
    if (next.type !== "signBuyoff") await player.handOver(name);
    // A step that is done looks like any other that is.
    const screen =
      next.type === "completeStep" ? "step done" : `${next.step ?? next.operation} ${next.type}`;
    if (!seen.has(screen))
      await journey.onScreen?.(screen, { isContrastKnown: kinds.has(next.type) });
    seen.add(screen);
    kinds.add(next.type);
    await perform(player, packet, next, name);
    packet = await arrived(journey, packet, next);
  }
}

/** What each act leaves in the record. */
const evidence: Readonly<Partial<Record<Act["type"], TravelerEvent["type"]>>> = {
  selectGage: "gage.selected",
  recordReading: "reading.recorded",
  installComponent: "component.installed",
  attachPhoto: "photo.attached",
  completeStep: "step.completed",
  startTimer: "timer.started",
  stopTimer: "timer.stopped",
  startBatchClock: "batch_clock.started",
  readClock: "reading.recorded",
  signBuyoff: "buyoff.signed",
};

/**
 * Waits for the act's own entry in the record, and takes up what is new there; nothing else that happens meanwhile
 * passes for it.
 */
async function arrived({ unit }: Journey, before: Packet, next: Act): Promise<Packet> {
  const type = startsClock(before.content, next) ? "batch_clock.started" : evidence[next.type];
  if (!type) throw new Error(`${next.type} leaves no entry that is known here`);
  let found: EntryRow[] = [];
  await expect(async () => {
    found = await entriesOf(unit.traveler, before.state.seq);
    const types = found.map((entry) => entry.type);
    expect(types, `${next.step ?? next.operation} ${next.type}`).toContain(type);
  }).toPass({ intervals: [60, 60, 100, 100, 150, 250, 500] });
  const events = found.map(({ line }) => recordedEvent(entryLine.parse(JSON.parse(line))));
  return {
    ...before,
    state: events.reduce<TravelerState | null>(evolve, before.state) ?? before.state,
  };
}

/** One scan installs what is mixed and starts its clock. */
const startsClock = (content: InstructionContent, next: Act): boolean =>
  next.type === "installComponent" &&
  content.operations
    .flatMap(({ steps }) => steps)
    .filter(({ id }) => id === next.body.step)
    .some(({ fields }) =>
      fields.some((field) => field.kind === "batch_clock" && field.part === next.body.part),
    );

const buyoffTypes = {
  operator: "Operator",
  second_operator: "Second operator",
  inspection: "Inspection",
  quality: "Quality",
  customer: "Customer",
  government: "Government",
} as const;

async function perform(
  player: Player,
  { state, content }: Packet,
  next: Act,
  name: string,
): Promise<void> {
  const { page } = player;
  const tap = (button: string | RegExp) => page.getByRole("button", { name: button }).click();
  switch (next.type) {
    case "selectGage":
      return player.scan(`GAG~${next.body.gage}`);
    case "installComponent": {
      const { part, serial, lot, field, position } = next.body;
      const isOccupied = state.components.some(
        (one) => one.field === field && one.position === position && !one.removed,
      );
      if (isOccupied) await player.takeOut();
      await player.scan(serial ? `CMP~${part}~S~${serial}` : `CMP~${part}~L~${lot}`);
      return lot && startsClock(content, next) ? mixFresh(page, lot) : undefined;
    }
    case "attachPhoto":
      return player.photo();
    case "completeStep":
      return tap("Step done");
    case "signBuyoff": {
      const open = page.getByRole("button", { name: "Open buyoff" });
      const signature = page.getByRole("region", { name: "Signature", exact: true });
      await expect(open.or(signature)).toBeVisible();
      if (await open.isVisible()) await open.click();
      // The screen of the one who signs now, not of the one who has just signed.
      const which = new RegExp(`^${buyoffTypes[next.by.signs ?? "operator"]} buyoff, `);
      await expect(page.getByText(which)).toBeVisible();
      return player.sign(name);
    }
    case "startBatchClock":
      await player.scan(`CMP~PS-B2~L~${next.body.lot}`);
      return mixFresh(page, next.body.lot);
    case "startTimer":
      return tap("Start");
    case "stopTimer":
      // Below its minimum the button is not there yet.
      return tap("Stop");
    case "readClock":
      return tap("Record its age");
    case "recordReading":
      return reading(player, next.body.value, next.body.source);
    default:
      throw new Error(`no screen for ${next.type}`);
  }
}

/** Where a mix of the lot runs for another unit it is asked which one is meant; here it is a fresh one. */
export async function mixFresh(page: Page, lot: string): Promise<void> {
  const fresh = page.getByRole("button", { name: `Lot ${lot}: a fresh mix begins now` });
  const running = page.getByRole("list", { name: "Running clocks" }).getByText(lot);
  await expect(fresh.or(running).first()).toBeVisible();
  if (await fresh.isVisible()) await fresh.click();
}

async function reading(player: Player, value: string, source: string): Promise<void> {
  const { page } = player;
  const tap = (button: string) => page.getByRole("button", { name: button, exact: true }).click();
  if (source === "calculated") return tap("Record the result");
  if (value === "pass") return tap("Pass");
  if (value === "yes") return tap("I have read it and do it so");
  const isNumber = /^\d+(\.\d+)?$/.test(value);
  return isNumber ? player.record(value) : player.scan(value);
}
