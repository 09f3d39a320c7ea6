import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type CallExpression, type Expression, type ObjectExpression, parseSync } from "@swc/core";
import { describe, expect, test } from "vitest";
import type { BlobRefusal } from "#lib/blobs/commands";
import type { BoundaryError } from "#lib/boundary/admit";
import type { ConnectorRefusal } from "#lib/feed/connector-setup.rules";
import type { CrosswalkRefusal } from "#lib/feed/crosswalks.commands";
import type { DeadLetterRefusal } from "#lib/feed/dead-letters.rules";
import type { DropRefusal } from "#lib/feed/drops.schema";
import type { FindingRefusal } from "#lib/feed/findings.schema";
import type { InboxRefusal } from "#lib/feed/inbox.commands";
import type { ReconcileRefusal } from "#lib/feed/reconcile.schema";
import type { ReplayRefusal } from "#lib/feed/replay.rules";
import type { RuleRefusal } from "#lib/feed/rules.commands";
import type { ValidationRefusal } from "#lib/feed/validation.schema";
import { shippedCases } from "#lib/feed/validation-cases.rules";
import type { OrderMessageRefusal } from "#lib/orders/commands";
import type { BadgesRefusal } from "#lib/people/badges.commands";
import type { PersonRefusal } from "#lib/people/changes.commands";
import type { PeopleRefusal } from "#lib/people/commands";
import type { DeskRefusal } from "#lib/people/desk.commands";
import type { DeviceRefusal } from "#lib/people/devices.commands";
import type { PasskeyRefusal } from "#lib/people/passkeys.commands";
import type { PinResetRefusal } from "#lib/people/pin-resets.commands";
import type { QualificationRefusal } from "#lib/people/qualifications.commands";
import type { SetupRefusal } from "#lib/people/setup.commands";
import type { CredentialRefusal } from "#lib/people/sign-in.commands";
import type { StampCommandRefusal } from "#lib/people/stamps.commands";
import type { TokenRefusal } from "#lib/people/tokens.commands";
import type { TrainerRefusal } from "#lib/people/trainers.commands";
import type { GageRefusal } from "#lib/plant/gages.commands";
import type { ImportRefusal } from "#lib/plant/import.commands";
import type { OrderRefusal } from "#lib/plant/orders.commands";
import type { StationRefusal } from "#lib/plant/stations.commands";
import type { StockRefusal } from "#lib/plant/stock.commands";
import { type RefusalCode, refusalCodes } from "#lib/travelers/refusal.schema";
import type { ReleaseRefusal } from "#lib/travelers/release.commands";
import type { CommandType } from "#lib/travelers/schema";
import { type SignalKind, signalKinds } from "#lib/travelers/state.schema";
import enCommon from "./en/common.json" with { type: "json" };
import enConnectors from "./en/connectors.json" with { type: "json" };
import enDesk from "./en/desk.json" with { type: "json" };
import enFloor from "./en/floor.json" with { type: "json" };
import enMachine from "./en/machine.json" with { type: "json" };
import enPermissions from "./en/permissions.json" with { type: "json" };
import enRefusals from "./en/refusals.json" with { type: "json" };
import enStart from "./en/start.json" with { type: "json" };
import esCommon from "./es/common.json" with { type: "json" };
import esConnectors from "./es/connectors.json" with { type: "json" };
import esDesk from "./es/desk.json" with { type: "json" };
import esFloor from "./es/floor.json" with { type: "json" };
import esMachine from "./es/machine.json" with { type: "json" };
import esPermissions from "./es/permissions.json" with { type: "json" };
import esRefusals from "./es/refusals.json" with { type: "json" };
import esStart from "./es/start.json" with { type: "json" };
import { refusalBooks } from "./refusal-books.ts";
import { namesSaid } from "./refusal-words.ts";

type Words = { why: string; next: string };

/**
 * What a form of the desk can be answered beside the rules' own refusals: a code without words does not
 * compile, in either language. `not_permitted` has the rules' words; enrolling happens on a tablet.
 */
type DeskCode =
  | Exclude<BoundaryError["code"], "not_permitted">
  | DeskRefusal["code"]
  | Exclude<DeviceRefusal["code"], "enrolment_code_wrong">
  | SetupRefusal["code"]
  | PasskeyRefusal["code"]
  | PeopleRefusal["code"]
  | PersonRefusal["code"]
  | PinResetRefusal["code"]
  | GageRefusal["code"]
  | StationRefusal["code"]
  | StockRefusal["code"]
  | StampCommandRefusal["code"]
  | QualificationRefusal["code"]
  | TrainerRefusal["code"]
  | TokenRefusal["code"]
  | OrderRefusal["code"]
  | OrderMessageRefusal["code"]
  | ReconcileRefusal["code"]
  | ValidationRefusal["code"]
  | DropRefusal["code"]
  | FindingRefusal["code"]
  | ImportRefusal["code"]
  | ReleaseRefusal["code"]
  | CrosswalkRefusal["code"]
  | Exclude<RuleRefusal["code"], "badge_needed" | "not_at_tablet">
  | InboxRefusal["code"]
  | "document_unknown"
  | DeadLetterRefusal["code"]
  | ReplayRefusal["code"]
  | ConnectorRefusal["code"]
  | BadgesRefusal["code"]
  | "no_answer"
  | "no_answer_to_badges"
  | "no_answer_to_setup"
  | "retry_later";
const toldAtDesk = [enDesk.errors, esDesk.errors] satisfies Record<DeskCode, Words>[];

/** What a tablet is answered beside the rules: by the door, by sign-in, by what it looks for. */
type FloorCode =
  | DeviceRefusal["code"]
  | CredentialRefusal["code"]
  | PasskeyRefusal["code"]
  | Extract<BlobRefusal["code"], "not_a_report">;
const toldOnFloor = [enStart.problem.codes, esStart.problem.codes] satisfies Record<
  FloorCode,
  Words
>[];

/** Why an entry is looked at first: in the record, among what waits and where it is reviewed. */
const toldOfSignals = [enDesk.record.signal, esDesk.record.signal] satisfies Record<
  SignalKind,
  string
>[];
const kindsOfSignal = [...signalKinds].sort();

/** Why a document is not kept, beside the field that took it. */
const toldOfDocuments = [enDesk.document.refused, esDesk.document.refused] satisfies Record<
  | Exclude<BlobRefusal["code"], "hash_differs" | "not_a_report">
  | "too_large"
  | "no_answer"
  | "other",
  string
>[];

/** What no tablet sends: it is done at a desk, by a connector, or by nobody yet. */
type DeskCommand =
  | "acceptTraveler"
  | "cancelTraveler"
  | "scrapTraveler"
  | "acceptReadingOutOfProcessLimit"
  | "noteHandover"
  | "requestAssistance"
  | "voidBuyoff"
  | "verifyBuyoff"
  | "linkQmsRecord"
  | "reviewSignals"
  | "attachPaperEvidence"
  | "updateDefect"
  | "withdrawDefect"
  | "closeDefect"
  | "receiveDisposition"
  | "releaseHold"
  | "startRework"
  | "completeRework"
  | "changeRevision"
  | "proposeRedline"
  | "approveRedline"
  | "dropRedline"
  | "viewRecordForAudit";
/** A tablet that tells what was refused names it: an act without a name does not compile. */
const toldAsRefused = [enFloor.refused.commands, esFloor.refused.commands] satisfies Record<
  Exclude<CommandType, DeskCommand>,
  string
>[];

/** The names that a sentence is filled with: those of its arguments, and not the words of their branches. */
function namesIn(sentence: string): string[] {
  const names = new Set<string>();
  // Odd depths are arguments, even ones are what is said: {count, plural, one {# unit of {order}}}.
  let depth = 0;
  for (const [found, name] of sentence.matchAll(/\{\s*(\w+)?|\}/g)) {
    depth += found === "}" ? -1 : 1;
    if (found !== "}" && depth % 2 === 1 && name !== undefined) names.add(name);
  }
  return [...names].sort();
}

/** Every sentence by its path, with the names it is filled with. */
function sentences(node: unknown, path = ""): Map<string, string> {
  if (typeof node === "string") {
    return new Map([[path, namesIn(node).join(" ")]]);
  }
  return new Map(
    Object.entries(node as object).flatMap(([key, value]) => [
      ...sentences(value, path === "" ? key : `${path}.${key}`),
    ]),
  );
}

describe("the words of the screen", () => {
  test("are filled by the names of their arguments, at any depth", () => {
    expect(namesIn("{a} of {b, plural, one {# unit of {c}} other {all}} [{d}]")).toEqual([
      "a",
      "b",
      "c",
      "d",
    ]);
    expect(namesIn("{x, select, en {English} other {Spanish}}")).toEqual(["x"]);
  });

  test.each([
    ["common", enCommon, esCommon],
    ["connectors", enConnectors, esConnectors],
    ["desk", enDesk, esDesk],
    ["floor", enFloor, esFloor],
    ["start", enStart, esStart],
    ["refusals", enRefusals, esRefusals],
    ["permissions", enPermissions, esPermissions],
    ["machine", enMachine, esMachine],
  ])("are the same in both languages, with the same names to fill in: %s", (_, en, es) => {
    expect([...sentences(es).keys()].sort()).toEqual([...sentences(en).keys()].sort());
    const spanish = sentences(es);
    const differing = [...sentences(en)].filter(([path, names]) => spanish.get(path) !== names);
    expect(differing).toEqual([]);
  });

  test("say why and what next for whatever a form of the desk or a tablet is answered", () => {
    for (const told of [...toldAtDesk, ...toldOnFloor]) {
      for (const [code, { why, next }] of Object.entries<Words>(told)) {
        expect(why.length, code).toBeGreaterThan(5);
        expect(next.length, code).toBeGreaterThan(5);
      }
    }
    for (const told of toldOfDocuments.flatMap((of) => Object.values<string>(of))) {
      expect(told.length).toBeGreaterThan(20);
    }
  });

  test("leave no sentence empty", () => {
    const all = [enCommon, enConnectors, enDesk, enFloor, enPermissions, enRefusals].concat(
      enStart as never,
      enMachine as never,
      esMachine as never,
      esCommon as never,
      esConnectors as never,
      esDesk as never,
      esFloor as never,
      esPermissions as never,
      esRefusals as never,
      esStart as never,
    );
    expect(all.map((area) => JSON.stringify(area)).filter((text) => text.includes('""'))).toEqual(
      [],
    );
  });

  test("say why and what next for every refusal and for nothing else", () => {
    expect(Object.keys(enRefusals).sort()).toEqual([...refusalCodes].sort());
    for (const told of toldOfSignals) expect(Object.keys(told).sort()).toEqual(kindsOfSignal);
  });
});

const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(enRefusals, code);

type Site = { file: string; code: string; names: string[] | null };

/** Every place in lib that refuses by name, with the names it gives; null where only the running code knows. */
function refusingSites(): Site[] {
  const root = path.resolve(import.meta.dirname, "..");
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !/\.test\.ts$|generated|[\\/](bench|testing)[\\/]/.test(name),
  );
  return files.flatMap((file) => {
    const module = parseSync(readFileSync(path.join(root, file), "utf8"), { syntax: "typescript" });
    const found: CallExpression[] = [];
    const objects = new Map<string, ObjectExpression | null>();
    const look = (node: unknown): void => {
      if (Array.isArray(node)) for (const one of node) look(one);
      if (typeof node !== "object" || node === null || Array.isArray(node)) return;
      const of = node as { type?: string } & Record<string, unknown>;
      if (of.type === "CallExpression") found.push(node as CallExpression);
      if (of.type === "VariableDeclarator") {
        const { id, init } = of as { id: Expression; init: Expression | null };
        if (id.type === "Identifier" && init?.type === "ObjectExpression") {
          // Declared twice in a file, nobody here can tell which of them is meant.
          objects.set(id.value, objects.has(id.value) ? null : init);
        }
      }
      for (const value of Object.values(of)) look(value);
    };
    look(module.body);
    return found.flatMap((call) => siteOf(file, call, objects) ?? []);
  });
}

function siteOf(
  file: string,
  { callee, arguments: given }: CallExpression,
  objects: ReadonlyMap<string, ObjectExpression | null>,
): Site | null {
  const name = callee.type === "Identifier" ? callee.value : "";
  if (!/^(refuse|refused|credentialRefused)$/.test(name)) return null;
  const [first, second] = given.map(({ expression }) => expression);
  if (first?.type !== "StringLiteral") return null;
  return { file, code: first.value, names: second ? namesGiven(second, objects) : [] };
}

function namesGiven(
  given: Expression,
  objects: ReadonlyMap<string, ObjectExpression | null>,
): string[] | null {
  const of = given.type === "Identifier" ? objects.get(given.value) : given;
  if (of?.type !== "ObjectExpression") return null;
  const names: string[] = [];
  for (const part of of.properties) {
    if (part.type === "Identifier") names.push(part.value);
    else if (part.type === "KeyValueProperty" && part.key.type === "Identifier")
      names.push(part.key.value);
    else if (part.type === "SpreadElement") {
      const spread = namesGiven(part.arguments, objects);
      if (spread === null) return null;
      names.push(...spread);
    }
  }
  return names;
}

/** Which thing it was about: for the record, and on the screen beside the sentence anyway. */
const located = [
  "step",
  "field",
  "position",
  "sample",
  "attempt",
  "type",
  "status",
  "code",
  "scope",
  "part",
  "item",
  "value",
  "person",
  "role",
];

/**
 * Given for the record and whoever reads it later, and not said: the sentence already tells the person at
 * the unit what to do. A name that is new here is either said or put on this list.
 */
const notSaid: Readonly<Record<string, readonly string[]>> = {
  clock_backdated: ["clock", "mixedAt"],
  clock_in_future: ["clock"],
  clock_not_started: ["clock"],
  command_not_available: ["command"],
  component_unknown: ["other"],
  design_authority_needed: ["decision"],
  employee_number_taken: ["number"],
  hold_already_released: ["reason"],
  hold_owner: ["reason"],
  hold_reason_unknown: ["reason"],
  late_in_future: ["at"],
  ncr_number_differs: ["given"],
  not_qualified: ["qualification"],
  on_hold: ["reason"],
  out_of_limits_not_confirmed: ["max", "min"],
  too_many_attempts: ["seconds"],
};

test("what was refused on a tablet is named in both languages, act by act", () => {
  const [english = {}, spanish = {}] = toldAsRefused;
  expect(Object.keys(spanish)).toEqual(Object.keys(english));
});

describe("what a refusal gives", () => {
  const sites = refusingSites();
  const desk: Readonly<Record<string, Words>> = enDesk.errors;
  const floor: Readonly<Record<string, Words>> = enStart.problem.codes;

  const namesOf = (code: string): { needed: string[]; all: string[] } => {
    if (isRefusalCode(code)) return namesSaid(refusalBooks.en[code]);
    const all = [desk[code], floor[code]].flatMap((words) =>
      words ? [...sentences(words).values()].flatMap((names) => names.split(" ")) : [],
    );
    const said = [...new Set(all)].filter((name) => name !== "");
    return { needed: said, all: said };
  };

  test("is seen where it is written", () => {
    expect(sites.length).toBeGreaterThan(200);
    expect(sites.filter(({ names }) => names === null).length).toBeLessThan(sites.length / 5);
    expect(sites).toContainEqual({
      file: path.join("travelers", "sequence.rules.ts"),
      code: "step_out_of_order",
      names: ["step", "before"],
    });
  });

  test("fills its sentences: no name is left open at any place that refuses", () => {
    const holes = sites.flatMap(({ file, code, names }) =>
      namesOf(code)
        .needed.filter((name) => names !== null && !names.includes(name))
        .map((name) => `${file}: ${code} says {${name}} and is not given it`),
    );
    expect(holes).toEqual([]);
  });

  test("is said, or kept for the record knowingly", () => {
    const unsaid = new Map<string, Set<string>>();
    for (const { code, names } of sites) {
      const { all } = namesOf(code);
      for (const name of (names ?? []).filter((of) => !all.includes(of) && !located.includes(of))) {
        unsaid.set(code, (unsaid.get(code) ?? new Set()).add(name));
      }
    }
    const found = Object.fromEntries([...unsaid].map(([code, names]) => [code, [...names].sort()]));
    expect(found).toEqual(notSaid);
  });

  test("has words: no place refuses by a code that nobody can read", () => {
    const wordless = sites.filter(
      ({ code }) => !isRefusalCode(code) && !desk[code] && !floor[code] && !isDocument(code),
    );
    expect(wordless).toEqual([]);
  });
});

const isDocument = (code: string): boolean =>
  Object.hasOwn(enDesk.document.refused, code) || code === "hash_differs";

test("the test cases that the product comes with are read in each language; in English they say what is filed", () => {
  const said = Object.fromEntries(
    Object.entries(shippedCases).map(([code, { title, steps }]) => [
      code,
      { title, ...Object.fromEntries(steps.map(({ words }, at) => [`step${at + 1}`, words])) },
    ]),
  );
  expect(enDesk.validation.shipped).toEqual(said);
  expect(Object.keys(esDesk.validation.shipped)).toEqual(Object.keys(said));
});
