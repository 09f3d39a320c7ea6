import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const debians = "/usr/bin/xmllint";

/** As MESA International publishes them; see NOTICE.md there. */
const published = path.join(import.meta.dirname, "b2mml");

/** Why nothing can be checked here; null: it can. */
export const whyUnchecked: string | null = existsSync(debians)
  ? null
  : "xmllint is missing: apt-get install libxml2-utils";

const emptyTypes = (namespace: string, types: readonly string[]) =>
  `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="${namespace}">${types
    .map((type) => `<xsd:complexType name="${type}"/>`)
    .join("")}</xsd:schema>`;
const b2mml = "http://www.mesa.org/xml/B2MML";
const extensions = `${b2mml}-AllExtensions`;
/**
 * BatchML, the part of the standard about recipes: the schemas name it, the folder lacks it, and nothing of
 * a work schedule or a work performance is made of it. Empty, so that the others can be read.
 */
const batchMl: Readonly<Record<string, string>> = {
  GeneralRecipe: emptyTypes(b2mml, ["GRecipeType", "ResourceConstraintType", "ProcessElementType"]),
  BatchProductionRecord: emptyTypes(b2mml, ["BatchProductionRecordType"]),
  GeneralRecipeExtensions: emptyTypes(extensions, []),
  BatchInformationExtensions: emptyTypes(extensions, []),
  BatchProductionRecordExtensions: emptyTypes(extensions, []),
};

/** What xmllint says of a document against the published schema; nothing: it is valid. */
export function faultsOf(name: "WorkSchedule" | "WorkPerformance", xml: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), "buyoff-b2mml-"));
  try {
    for (const file of readdirSync(published).filter((of) => of.endsWith(".xsd"))) {
      copyFileSync(path.join(published, file), path.join(folder, file));
    }
    for (const [of, schema] of Object.entries(batchMl)) {
      writeFileSync(path.join(folder, `BatchML-${of}.xsd`), schema);
    }
    const schema = path.join(folder, `B2MML-${name}.xsd`);
    const run = spawnSync(debians, ["--noout", "--nonet", "--schema", schema, "-"], {
      input: xml,
      encoding: "utf8",
    });
    return run.status === 0 ? "" : run.stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
