import { actorOfSeed } from "#lib/boundary/actor";
import type { CodeKind } from "#lib/feed/code-kinds.schema";
import { createCrosswalk, importLines } from "#lib/feed/crosswalks.commands";
import type { OnMissing } from "#lib/feed/crosswalks.schema";
import { sha256Hex } from "#lib/kit/canonical";
import { idOf } from "./identity.ts";
import { demoGages, demoPolicy, demoSites } from "./plant.ts";
import { qmsCode } from "./qms.ts";

/** How the register of the demo's QMS groups what the plant finds. */
const groups: Readonly<Record<string, string>> = {
  DIM: "10",
  TRQ: "20",
  SEA: "30",
  FIN: "40",
  HDW: "50",
  FOD: "60",
  DOC: "70",
  BND: "80",
  PRC: "90",
  MAT: "95",
};
/** TRQ-01 is Q-2001 over there. */
export const qmsDefectCode = (code: string): string => {
  const [group = "", number = ""] = code.split("-");
  return `Q-${groups[group]}${number}`;
};

const reason = "Agreed with the owners of the register";
const line = { label: "", factor: "", addend: "", places: "", validFrom: "", validTo: "" };

/**
 * The company's lists for the demo's QMS. Every defect code has its line. One gage has none: the scale
 * came after the list was made, and the coverage says so before anything is found with it.
 */
export async function seedCrosswalks(): Promise<void> {
  await seedList("defect_code", { onMissing: "park", defaultCode: "" }, defectLines);
  await seedList("gage", { onMissing: "park", defaultCode: "" }, gageLines);
  await seedList("person", { onMissing: "default", defaultCode: "buyoff-integration" }, [
    { from: "20417", to: "mreyes", ...line, label: "Marisol Reyes" },
  ]);
}

const defectLines = demoPolicy.defectCodes.map(({ code, label }) => ({
  ...line,
  from: code,
  to: qmsDefectCode(code),
  label: label.en,
}));
const gageLines = demoGages
  .filter(({ code }) => code !== "SC-0019")
  .map(({ code, name }) => ({ ...line, from: code, to: `CAL-${code}`, label: name }));

async function seedList(
  kind: CodeKind,
  missing: { onMissing: OnMissing; defaultCode: string },
  lines: readonly ({ from: string; to: string } & typeof line)[],
): Promise<void> {
  const actor = actorOfSeed(demoSites.ng1.id);
  const command = idOf(`crosswalk/${kind}`);
  const form = { command, scope: "company", kind, connector: qmsCode, ...missing, reason } as const;
  const made = await createCrosswalk(actor, form);
  if (!made.ok) throw new Error(made.error.code);
  const list = { list: command, command, fileSha256: sha256Hex(JSON.stringify(lines)), reason };
  const added = await importLines(
    actor,
    list,
    lines.map((of) => ({ ...of, kind })),
  );
  if (!added.ok) throw new Error(added.error.code);
}
