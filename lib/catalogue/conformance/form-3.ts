import { type Heard, limitsText, named, type PlannedField } from "./heard.ts";
import { counting, readingsOf } from "./readings.ts";

/** Characteristic accountability (AS9102 Form 3): each characteristic once, with every result. */
export function form3(events: readonly Heard[]) {
  const [released] = named(events, "order.released");
  if (!released) return [];
  const planned = released.data.routing.operations.flatMap(({ steps }) =>
    steps.flatMap(({ fields }) => fields),
  );
  const byCharacteristic = new Map<string, PlannedField[]>();
  for (const field of planned) {
    const id = field.characteristic?.characteristicId;
    if (id) byCharacteristic.set(id, [...(byCharacteristic.get(id) ?? []), field]);
  }
  const readings = counting(readingsOf(events));
  const numbers = new Map(
    named(events, "qms_record.linked").map(({ data }) => [data.defectId, data.number]),
  );
  const defects = named(events, "defect.logged");
  return [...byCharacteristic].map(([id, fields]) => {
    const own = readings.filter(({ now }) => now.characteristic?.characteristicId === id);
    const { characteristic } = fields[0] ?? {};
    return {
      number: characteristic?.balloon ?? null,
      name: characteristic?.name ?? null,
      designator: characteristic?.keyCharacteristic ?? null,
      requirements: [...new Set(own.map(({ now }) => limitsText(now.limits, now.unit)))].sort(),
      results: own
        .map(({ now }) => ({
          position: now.position,
          sample: now.sample,
          value: now.value,
          unit: now.unit?.label ?? null,
          ucum: now.unit?.scheme === "UCUM" ? now.unit.code : null,
          verdict: now.verdict,
        }))
        .sort((a, b) => a.position.localeCompare(b.position) || a.sample - b.sample),
      tooling: [...new Set(own.flatMap(({ now }) => now.gage?.code ?? []))].sort(),
      nonconformances: defects
        .filter(({ data }) => data.characteristic?.characteristicId === id)
        .map(({ data }) => numbers.get(data.defectId) ?? null),
    };
  });
}
