import type { InstructionContent } from "#lib/instructions/schema";
import type { RecordedEvent } from "../events.schema.ts";

type Recorded = Extract<RecordedEvent, { type: "reading.recorded" }>;

/** Kits, reports and second opinions of a completed traveler, from its events alone. */
export function materialsOpen(
  content: InstructionContent,
  events: readonly RecordedEvent[],
  isSettled: (reading: string) => boolean,
): string[] {
  const fields = content.operations.flatMap(({ steps }) => steps.flatMap((step) => step.fields));
  return [
    ...kitsOpen(fields, events),
    ...fields.flatMap((field) =>
      field.kind === "measurement_record" &&
      field.required &&
      !events.some(
        (one) => one.type === "measurement_record.attached" && one.body.field === field.id,
      )
        ? [`no report: ${field.label.en}`]
        : [],
    ),
    ...contradictionsOpen(events, isSettled),
  ];
}

function kitsOpen(
  fields: readonly InstructionContent["operations"][number]["steps"][number]["fields"][number][],
  events: readonly RecordedEvent[],
): string[] {
  const tools = new Map<string, number>();
  for (const field of fields) {
    if (field.kind !== "count" || !field.tools) continue;
    const { kit, direction } = field.tools;
    const value = lastValue(events, field.id);
    if (value === null) continue;
    tools.set(kit, (tools.get(kit) ?? 0) + (direction === "in" ? value : -value));
  }
  for (const event of events) {
    if (event.type !== "tools.transferred") continue;
    const { kit, quantity, direction } = event.body;
    tools.set(kit, (tools.get(kit) ?? 0) + (direction === "in" ? 1 : -1) * Number(quantity));
  }
  return [...tools].flatMap(([kit, left]) => (left === 0 ? [] : [`${left} tools left of ${kit}`]));
}

function lastValue(events: readonly RecordedEvent[], field: string): number | null {
  let value: number | null = null;
  let reading = "";
  for (const event of events) {
    if (event.type === "reading.recorded" && event.body.field === field) {
      value = Number(event.body.value);
      reading = event.body.reading;
    }
    if (event.type === "reading.amended" && event.body.reading === reading) {
      value = Number(event.body.to);
    }
  }
  return value;
}

/** Nobody's finding disappears under somebody else's: amended, dispositioned, or done again. */
function contradictionsOpen(
  events: readonly RecordedEvent[],
  isSettled: (reading: string) => boolean,
): string[] {
  const recorded = events.filter(
    (event): event is Recorded =>
      event.type === "reading.recorded" && event.body.source !== "calculated",
  );
  const isNowOut = ({ body }: Recorded) => {
    const judged = events.findLast(
      (event) =>
        (event.type === "reading.amended" || event.type === "reading.rejudged") &&
        event.body.reading === body.reading,
    );
    return (judged?.body as { verdict?: string } | undefined)?.verdict ?? body.verdict;
  };
  const place = ({ body }: Recorded) =>
    [body.step, body.field, body.position, body.sample].join("/");
  return recorded.flatMap((first) => {
    const others = recorded.filter((other) => place(other) === place(first));
    const final = others.at(-1);
    const isOpen =
      final !== undefined &&
      final !== first &&
      final.body.attempt === first.body.attempt &&
      (final.person !== first.person || final.body.gage?.id !== first.body.gage?.id) &&
      isNowOut(first) === "out_of_limits" &&
      !isSettled(first.body.reading);
    return isOpen ? [`contradicted: ${first.body.value} by ${final.body.value}`] : [];
  });
}
