import * as z from "zod/mini";
import { command, id, reason } from "#lib/plant/fields.schema";
import { apiParts, pastedCharsMax } from "./connectors/openapi/contract.schema.ts";

const address = z.nullable(z.string().check(z.trim(), z.minLength(1), z.maxLength(500)));
const text = z.nullable(z.string().check(z.minLength(1), z.maxLength(pastedCharsMax)));
const typed = z.record(
  z.string().check(z.maxLength(60)),
  z.string().check(z.maxLength(40_000), z.normalize("NFC")),
);

/** Where a document is, or all of it; one of the two. */
const given = { address, text };

/** Looked at while a connector is set up; nothing is kept. */
export const readApiDocumentForm = z.object({
  connector: z.nullable(id),
  ...given,
  typed,
  secrets: z.record(z.string().check(z.maxLength(60)), z.string().check(z.maxLength(20_000))),
  /** The operation for each part, as somebody chose; null: the likely ones. */
  chosen: z.nullable(z.partialRecord(z.enum(apiParts), z.string().check(z.maxLength(400)))),
});
export type ReadApiDocumentForm = z.output<typeof readApiDocumentForm>;

/** What goes with a connector that is saved: the document as it was looked at, and no other. */
export const withApiDocument = z.optional(
  z.object({ ...given, sha256: z.string().check(z.length(64)) }),
);
export type WithApiDocument = z.output<typeof withApiDocument>;

/** Read again where it was read, or as it is given now, and compared with the approved one. */
export const checkApiDocumentForm = z.object({ command, connector: id, ...given });
export type CheckApiDocumentForm = z.output<typeof checkApiDocumentForm>;

/** The one that the last look found is what we stand on from now on. */
export const approveApiDocumentForm = z.object({
  command,
  connector: id,
  sha256: z.string().check(z.length(64)),
  reason,
});
export type ApproveApiDocumentForm = z.output<typeof approveApiDocumentForm>;
