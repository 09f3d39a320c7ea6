import type { Performance, UnitPerformance } from "./performance.schema.ts";

type Element = { readonly [name: string]: Content };
type Content = string | Element | readonly (string | Element)[] | undefined;

const value = (id: string, text: string, type = "string") => ({
  ID: id,
  Value: [{ ValueString: text, DataType: type }],
});
const quantity = (text: string) => [{ QuantityString: text, DataType: "decimal" }];

/** Members in the sequence that the schema demands; one that is undefined is not there. */
function workPerformance(of: Performance): Element {
  const order = of.externalId ?? of.order;
  return {
    ID: `${of.order}/${of.publishedAt}`,
    Description: [of.isFinal ? "final" : "partial"],
    PublishedDate: of.publishedAt,
    StartTime: of.startedAt,
    EndTime: of.endedAt,
    WorkType: "Production",
    WorkScheduleID: order,
    WorkState: of.state,
    WorkResponse: [
      {
        ID: of.order,
        StartTime: of.startedAt,
        EndTime: of.endedAt,
        WorkRequestID: order,
        ResponseState: of.state,
        JobResponse: of.units.flatMap((unit) => jobResponses(of, order, unit)),
      },
    ],
  };
}

/** One of the unit, with what was made and used; and one of each of its operations that was begun. */
function jobResponses(of: Performance, order: string, unit: UnitPerformance): Element[] {
  const name = unit.serial ?? unit.lot ?? unit.travelerId;
  const by = {
    JobOrderID: order,
    WorkMasterID: unit.instruction?.number,
    WorkMasterVersion: unit.instruction?.revision,
  };
  const whole: Element = {
    ID: `${of.order}/${name}`,
    StartTime: unit.startedAt,
    EndTime: unit.endedAt,
    WorkType: "Production",
    ...by,
    JobState: unit.state,
    JobResponseData: [
      value("QuantityAccepted", unit.accepted, "decimal"),
      value("QuantityScrapped", unit.scrapped, "decimal"),
      ...unit.holds.map((hold) => value("Hold", `${hold.reason ?? "hold"} since ${hold.since}`)),
    ],
    MaterialActual: [
      {
        ID: "produced",
        MaterialDefinitionID: [unit.part.number],
        MaterialLotID: unit.serial === undefined && unit.lot !== undefined ? [unit.lot] : undefined,
        MaterialSubLotID: unit.serial === undefined ? undefined : [unit.serial],
        MaterialUse: "Produced",
        Quantity: quantity(unit.quantity),
        MaterialActualProperty: [value("PartRevision", unit.part.revision)],
      },
      ...unit.consumed.map((used, index) => ({
        ID: `consumed-${index + 1}`,
        MaterialDefinitionID: [used.partNumber],
        MaterialLotID: used.lot === undefined ? undefined : [used.lot],
        MaterialSubLotID: used.serial === undefined ? undefined : [used.serial],
        MaterialUse: "Consumed",
        // "a/r" is as much as is required: no quantity that anybody counted.
        Quantity: /^\d/.test(used.quantity) ? quantity(used.quantity) : undefined,
      })),
    ],
  };
  const begun = unit.operations.filter(({ state }) => state !== "Ready");
  return [
    whole,
    ...begun.map((operation) => ({
      ID: `${of.order}/${name}/${operation.number}`,
      Description: [operation.title],
      StartTime: operation.startedAt,
      EndTime: operation.endedAt,
      HierarchyScope: { EquipmentID: operation.workCenter, EquipmentLevel: "WorkCenter" },
      WorkType: "Production",
      ...by,
      JobState: operation.state,
    })),
  ];
}

const isElement = (content: Content): content is Element =>
  typeof content === "object" && !Array.isArray(content);
const escaped = (text: string): string =>
  text
    // What XML 1.0 can't hold, not even escaped.
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replace(
      /[&<>"]/g,
      (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign,
    );

function xmlOf(name: string, content: Content): string {
  if (content === undefined) return "";
  if (typeof content === "string") return `<${name}>${escaped(content)}</${name}>`;
  if (!isElement(content)) return content.map((one) => xmlOf(name, one)).join("");
  const inner = Object.entries(content).map(([member, of]) => xmlOf(member, of));
  return `<${name}>${inner.join("")}</${name}>`;
}

export const performanceXml = (of: Performance): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${xmlOf("WorkPerformance", workPerformance(of)).replace(
    "<WorkPerformance>",
    '<WorkPerformance xmlns="http://www.mesa.org/xml/B2MML">',
  )}\n`;

/** The same as JSON: what may stand several times is a list, also where it stands once. */
export const performanceJson = (of: Performance): { WorkPerformance: object } => ({
  WorkPerformance: workPerformance(of),
});
