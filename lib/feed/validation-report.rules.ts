import type { Evidence, ResultShown, ValidationShown } from "./validation.schema.ts";

/** The report as a text to be filed: the same that its page shows, with the hash that stands in the record. */
export function reportOf(
  run: ValidationShown,
  results: readonly ResultShown[],
  address: string,
): string {
  const { connector, process, mode, askedAt, endedAt, fingerprint, resultSha256 } = run;
  const lines = [
    `# Validation run: ${process} → ${connector.name} (${connector.code})`,
    "",
    `- Mode: ${mode}`,
    `- Started: ${askedAt.toISOString()}, by ${run.askedBy ?? "the command line"}`,
    `- Ended: ${endedAt?.toISOString() ?? "not yet"}`,
    `- Result: ${run.passed} passed, ${run.failed} failed, ${run.notRun} not in full`,
    ...(run.note ? [`- Note: ${run.note}`] : []),
    `- Address: ${address}`,
    `- SHA-256 of the result, as in the record: ${resultSha256 ?? "none"}`,
    `- Signed: ${run.signed ? `${run.signed.by}, ${run.signed.at.toISOString()}: ${run.signed.meaning}` : "not yet"}`,
    ...Object.entries(fingerprint ?? {}).map(([part, hash]) => `- Configuration, ${part}: ${hash}`),
    ...results.flatMap(caseLines),
  ];
  return `${lines.join("\n")}\n`;
}

function caseLines(result: ResultShown, place: number): string[] {
  const { content, code, version, outcome, steps, records } = result;
  return [
    "",
    `## ${place + 1}. ${content.title}: ${outcome}`,
    "",
    `Case \`${code}\` version ${version}; requirements ${content.requirements.join(", ")}; SHA-256 ${result.sha256}`,
    ...steps.flatMap((step, nth) => [
      "",
      `### ${place + 1}.${nth + 1} ${step.words}: ${step.verdict}`,
      "",
      `- Step: ${step.act}, ${step.at}`,
      `- Expected: ${step.expected}`,
      `- Observed: ${step.observed ?? "nothing"}${step.how ? ` (${step.how})` : ""}${step.why ? `, because ${step.why}` : ""}`,
      ...(step.says === "" ? [] : [`- Said: ${step.says}`]),
      ...step.evidence.flatMap(evidenceLines),
    ]),
    ...(records.length === 0
      ? []
      : [
          "",
          `Test records: ${records.map(({ number, became }) => `${number} (${became})`).join(", ")}`,
        ]),
  ];
}

/** Longer fences than any that an answer may have in it. */
const fence = "``````";
const evidenceLines = (of: Evidence): string[] => [
  "",
  `Sent, SHA-256 ${of.requestSha256}:`,
  "",
  fence,
  of.request,
  fence,
  "",
  `Answer (${of.classification}), SHA-256 ${of.responseSha256 ?? "none"}:`,
  "",
  fence,
  of.response ?? "",
  fence,
];
