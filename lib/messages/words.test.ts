import { describe, expect, test } from "vitest";
import type { BoundaryError } from "#lib/boundary/admit";
import type { DeskRefusal } from "#lib/people/desk.commands";
import type { DeviceRefusal } from "#lib/people/devices.commands";
import type { SetupRefusal } from "#lib/people/setup.commands";
import { refusalCodes } from "#lib/travelers/refusal.schema";
import type { ReleaseRefusal } from "#lib/travelers/release.commands";
import enCommon from "./en/common.json" with { type: "json" };
import enDesk from "./en/desk.json" with { type: "json" };
import enFloor from "./en/floor.json" with { type: "json" };
import enRefusals from "./en/refusals.json" with { type: "json" };
import esCommon from "./es/common.json" with { type: "json" };
import esDesk from "./es/desk.json" with { type: "json" };
import esFloor from "./es/floor.json" with { type: "json" };
import esRefusals from "./es/refusals.json" with { type: "json" };

/** What a form of the desk can be answered beside the rules' own refusals: a code without words does not compile. */
type DeskCode =
  | Exclude<BoundaryError["code"], "not_permitted">
  | DeskRefusal["code"]
  | Exclude<DeviceRefusal["code"], "enrolment_code_wrong">
  | Exclude<
      SetupRefusal["code"],
      `${"person" | "badge" | "stamp" | "qualification" | "pin"}_${string}`
    >
  | ReleaseRefusal["code"]
  | "document_unknown"
  | "delivery_not_stopped"
  | "no_answer"
  | "retry_later";
const toldAtDesk: Record<DeskCode, { why: string; next: string }> = enDesk.errors;

/** Every sentence by its path, with the names it is filled with. */
function sentences(node: unknown, path = ""): Map<string, string> {
  if (typeof node === "string") {
    const names = [...node.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name ?? "");
    return new Map([[path, [...new Set(names)].sort().join(" ")]]);
  }
  return new Map(
    Object.entries(node as object).flatMap(([key, value]) => [
      ...sentences(value, path === "" ? key : `${path}.${key}`),
    ]),
  );
}

describe("the words of the screen", () => {
  test.each([
    ["common", enCommon, esCommon],
    ["desk", enDesk, esDesk],
    ["floor", enFloor, esFloor],
    ["refusals", enRefusals, esRefusals],
  ])("are the same in both languages, with the same names to fill in: %s", (_, en, es) => {
    expect([...sentences(es).keys()].sort()).toEqual([...sentences(en).keys()].sort());
    const differing = [...sentences(en)].filter(
      ([path, names]) => sentences(es).get(path) !== names,
    );
    expect(differing).toEqual([]);
  });

  test("say why and what next for whatever a form of the desk is answered", () => {
    for (const [code, { why, next }] of Object.entries(toldAtDesk)) {
      expect(why.length, code).toBeGreaterThan(5);
      expect(next.length, code).toBeGreaterThan(5);
    }
  });

  test("leave no sentence empty", () => {
    const all = [enCommon, enFloor, enRefusals, esCommon, esFloor, esRefusals].map((area) =>
      JSON.stringify(area),
    );
    expect(all.filter((text) => text.includes('""'))).toEqual([]);
  });

  test("say why and what next for every refusal and for nothing else", () => {
    expect(Object.keys(enRefusals).sort()).toEqual([...refusalCodes].sort());
  });
});
