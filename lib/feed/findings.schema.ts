import * as z from "zod/mini";
import { command, id, reason } from "#lib/plant/fields.schema";

export const linkFindingForm = z.object({
  command,
  connector: id,
  /** The other system's own id of the record. */
  externalId: z.string().check(z.minLength(1), z.maxLength(120)),
  defect: z.string().check(z.minLength(1, "needed"), z.maxLength(60)),
  reason,
});
export type LinkFindingForm = z.output<typeof linkFindingForm>;

export type FindingRefusal = {
  code:
    | "finding_unknown"
    | "finding_linked"
    | "finding_defect_not_open"
    | "finding_defect_has_record"
    | "finding_defect_in_doubt"
    | "record_not_found"
    | "record_unreachable";
  params: Readonly<Record<string, string>>;
};
