import { voided } from "./derivation.rules.ts";
import { inWork } from "./gates.rules.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule } from "./ruling.rules.ts";
import { placesOf } from "./values.rules.ts";

/** What a file of each format is sent and kept as. QIF is XML with its own name. */
const formatTypes: Readonly<Record<string, string>> = {
  pdf: "application/pdf",
  qif: "application/xml",
  xml: "application/xml",
  csv: "text/csv",
  txt: "text/plain",
};

/** As large as a machine's report with its drawings is. */
export const recordBytesMax = 20 * 1024 * 1024;

/** By the name's ending, as the revision lists them; "" for a name without one. */
export const formatOf = (name: string): string =>
  /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? "";
export const mediaTypeOf = (name: string): string | null => formatTypes[formatOf(name)] ?? null;

/**
 * The report of a measuring machine: the file itself, kept by its hash, or where it lies with the hash it
 * had when it was named. Attached again, the last one counts and the others stay.
 */
export function attachMeasurementRecord(of: Case<"attachMeasurementRecord">): Ruling {
  const { state, command, body } = of;
  const at = inWork(of, body.step);
  if (!at.ok) return at;
  const { step } = at.value;
  const field = step.fields.find(({ id }) => id === body.field);
  if (field?.kind !== "measurement_record") return refuse("field_unknown");
  const place = placesOf(state, step).find(
    (one) => one.field === field.id && one.position === body.position,
  );
  if (!place) return refuse("position_unknown", { position: body.position });
  if (place.carried && place.open === null) {
    const params = { position: place.position, attempt: String(place.attempt) };
    return refuse("position_carried", params);
  }
  const format = formatOf(body.name);
  const isAsked = field.formats.some((one) => one.toLowerCase() === format);
  const params = { name: body.name, formats: field.formats.join(", ") };
  if (!isAsked) return refuse("record_format", params);
  if (body.uri === null) {
    if (body.bytes === null || body.mediaType === null || body.mediaType !== mediaTypeOf(body.name))
      return refuse("record_format", params);
    if (body.bytes > recordBytesMax) return refuse("record_too_large", { name: body.name });
  } else if (!/^https:\/\/[^\s/]+\/\S*$/.test(body.uri)) {
    // Shown as text and perhaps followed one day: nothing that a page could run.
    return refuse("record_address", { name: body.name });
  }
  const attached = { ...body, record: command.id, attempt: place.attempt };
  return rule([
    { type: "measurement_record.attached", body: attached },
    ...voided(state, [step.id], "measurement_record_attached"),
  ]);
}
