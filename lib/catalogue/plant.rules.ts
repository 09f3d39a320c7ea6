import * as z from "zod/mini";
import type { EntryLine } from "#lib/record/schema";
import type { plantNamesOf } from "./catalogue.rules.ts";
import type { Told } from "./data.schema.ts";
import type { EventFacts } from "./facts.schema.ts";
import { holdReason, known, maybeWords, wordsOf } from "./refs.rules.ts";
import { told } from "./telling.rules.ts";

type About = { entry: EntryLine; facts: EventFacts };

const text = z.string();
const optional = z.optional(z.nullable(text));
const changes = z.record(
  text,
  z.object({ before: z.optional(z.unknown()), after: z.optional(z.unknown()) }),
);
const gage = z.object({ code: text, type: optional, calibrationDueOn: optional });
const certificate = z.object({
  ...gage.shape,
  certificate: optional,
  laboratory: optional,
  asFound: optional,
  asLeft: optional,
});
const outOfTolerance = z.object({ code: text, foundOn: text, asFound: text, comment: optional });
const placed = z.object({
  hold: text,
  scope: z.enum(["unit", "lot", "order", "part_revision", "station", "gage", "site"]),
  subject: text,
  reason: text,
  owner: text,
  comment: text,
});
const released = z.object({
  ...z.pick(placed, { hold: true, scope: true, subject: true, comment: true }).shape,
});
const signing = z.object({ why: text, contentSha256: optional });
const counted = z.object({ seq: z.int() });
const gap = z.object({
  kind: z.enum(["missing", "restarted", "forked", "wiped"]),
  expected: counted,
  received: z.nullable(counted),
});
const revision = z.object({ number: text, revision: text, contentSha256: text });
const count = z.int();
const reconciled = z.object({
  run: text,
  connector: text,
  from: text,
  to: text,
  listed: z.boolean(),
  produced: count,
  accepted: count,
  lines: z.record(text, count),
  unexplained: count,
  result: text,
});
const validated = z.object({
  run: text,
  connector: text,
  process: text,
  mode: z.enum(["shadow", "live"]),
  flow: text,
  result: text,
});
const tested = z.extend(validated, { passed: count, failed: count, notRun: count });
const signedFor = z.extend(validated, { signature: z.object({ meaning: text }) });

const dropped = z.object({
  drop: text,
  askedBy: optional,
  from: text,
  to: text,
  order: optional,
  part: optional,
  uri: text,
  manifest: text,
  counts: z.object({ entries: count, events: count, readings: count, attachments: count }),
});

const stated = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

const gageOf = ({ entry }: About, of: z.output<typeof gage> | null) =>
  known({
    gageId: entry.stream,
    code: of?.code,
    type: of?.type,
    calibrationDueOn: of?.calibrationDueOn,
  });

/** What happens to gages, holds on more than one unit, revisions, signatures outside of a traveler, and the feed. */
export const plantTelling = {
  "gage.created": (about: About) => [
    told("gage.status_changed", {
      gage: gageOf(about, gage.parse(about.entry.body)),
      change: "created",
      changes: [],
    }),
  ],
  "gage.changed": (about: About) => {
    const body = z.object({ changes, reason: text }).parse(about.entry.body);
    return [
      told("gage.status_changed", {
        gage: gageOf(about, null),
        change: "changed",
        changes: Object.entries(body.changes).map(([member, { before, after }]) =>
          known({ member, before: stated(before), after: stated(after) }),
        ),
        reason: wordsOf(about, body.reason),
      }),
    ];
  },
  "gage.calibrated": (about: About) => {
    const body = certificate.parse(about.entry.body);
    return [
      told(
        "gage.status_changed",
        known({
          gage: gageOf(about, body),
          change: "calibrated" as const,
          changes: [],
          certificate: body.certificate,
          laboratory: body.laboratory,
          asFound: body.asFound,
          asLeft: body.asLeft,
        }),
      ),
    ];
  },
  "gage.out_of_tolerance": (about: About) => {
    const body = outOfTolerance.parse(about.entry.body);
    return [
      told(
        "gage.found_out_of_tolerance",
        known({
          gage: known({ gageId: about.entry.stream, code: body.code }),
          foundOn: body.foundOn,
          asFound: body.asFound,
          comment: maybeWords(about, body.comment),
        }),
      ),
    ];
  },
  "plant_hold.placed": (about: About) => {
    const body = placed.parse(about.entry.body);
    return [
      told("hold.placed", {
        holdId: body.hold,
        scope: { kind: body.scope, subject: body.subject },
        reason: holdReason(about, body.reason),
        owner: body.owner,
        comment: wordsOf(about, body.comment),
        byRule: false,
      }),
    ];
  },
  "plant_hold.released": (about: About) => {
    const body = released.parse(about.entry.body);
    return [
      told("hold.released", {
        holdId: body.hold,
        scope: { kind: body.scope, subject: body.subject },
        basis: "owner",
        comment: wordsOf(about, body.comment),
      }),
    ];
  },
  "revision.made_effective": (about: About) => {
    const body = revision.parse(about.entry.body);
    return [
      told("revision.made_effective", {
        number: body.number,
        revision: body.revision,
        contentHash: body.contentSha256,
      }),
    ];
  },
  "signing.refused": (about: About) => {
    const body = signing.parse(about.entry.body);
    return [told("signature.rejected", known({ cause: body.why, recordHash: body.contentSha256 }))];
  },
  "device.gap": (about: About) => {
    const { kind, expected, received } = gap.parse(about.entry.body);
    const counts = known({ expected: expected.seq, received: received?.seq });
    return [told("device.gap_detected", { kind, ...counts })];
  },
  "reconciliation.done": (about: About) => {
    const { run, connector, result, lines, ...body } = reconciled.parse(about.entry.body);
    return [
      told("integration.reconciled", {
        ...body,
        runId: run,
        connectorId: connector,
        lines: Object.entries(lines).map(([kind, count]) => ({ kind, count })),
        resultHash: result,
      }),
    ];
  },
  "drop.written": (about: About) => {
    const { drop, manifest, counts, ...body } = dropped.parse(about.entry.body);
    return [
      told("record.exported", known({ ...body, ...counts, batchId: drop, manifestHash: manifest })),
    ];
  },
  "validation.done": (about: About) => {
    const { run, connector, flow, result, ...body } = tested.parse(about.entry.body);
    return [
      told("integration.tested", {
        ...body,
        runId: run,
        connectorId: connector,
        flowHash: flow,
        resultHash: result,
      }),
    ];
  },
  "validation.signed": (about: About) => {
    const { run, connector, flow, result, signature, ...body } = signedFor.parse(about.entry.body);
    return [
      told("integration.validated", {
        ...body,
        runId: run,
        connectorId: connector,
        meaning: signature.meaning,
        flowHash: flow,
        resultHash: result,
      }),
    ];
  },
} as const satisfies {
  readonly [K in keyof typeof plantNamesOf]: (
    about: About,
  ) => readonly Extract<Told, { name: (typeof plantNamesOf)[K][number] }>[];
};
