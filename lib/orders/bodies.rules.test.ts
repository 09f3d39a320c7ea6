import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { messagesIn } from "./bodies.rules.ts";
import type { OrderMessage } from "./messages.schema.ts";
import { faultsOf, whyUnchecked } from "./testing/b2mml.ts";

const read = (type: string, text: string): readonly OrderMessage[] => {
  const found = messagesIn(type, text, "MES-1");
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
};
const problemOf = (type: string, text: string): string => {
  const found = messagesIn(type, text, "MES-1");
  return found.ok ? "none" : JSON.stringify(found.error);
};

const order = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>
<WorkSchedule xmlns="http://www.mesa.org/xml/B2MML">
  <ID>NIGHT-17</ID>
  <PublishedDate>2026-03-02T05:00:00Z</PublishedDate>
  <WorkRequest>
    <ID>R-1</ID>
    <JobOrder>${inner}</JobOrder>
  </WorkRequest>
</WorkSchedule>`;

const whole = order(`
      <ID>000000004711</ID>
      <Description>Bracket &amp; fittings</Description>
      <Version>3</Version>
      <PublishedDate>2026-03-02T06:30:00-06:00</PublishedDate>
      <EndTime>2026-03-20T16:00:00Z</EndTime>
      <WorkMasterID>WI-4471-2210</WorkMasterID>
      <WorkMasterVersion>03</WorkMasterVersion>
      <Priority>2</Priority>
      <Command>Start</Command>
      <JobOrderParameter><ID>ExternalID</ID><Value><ValueString>PLKO-99</ValueString></Value></JobOrderParameter>
      <JobOrderParameter><ID>Customer</ID><Value><ValueString>Halden &amp; S&#246;ns</ValueString></Value></JobOrderParameter>
      <MaterialRequirement>
        <ID>1</ID>
        <MaterialDefinitionID schemeVersionID="D">4471-2210</MaterialDefinitionID>
        <MaterialSubLotID>FSB-1</MaterialSubLotID>
        <MaterialSubLotID>FSB-2</MaterialSubLotID>
        <MaterialUse>Produced</MaterialUse>
        <Quantity><QuantityString>2</QuantityString><DataType>decimal</DataType></Quantity>
      </MaterialRequirement>`);
const meant = {
  action: "order",
  system: "MES-1",
  number: "4711",
  externalId: "PLKO-99",
  version: "3",
  sentAt: "2026-03-02T12:30:00.000Z",
  dueAt: "2026-03-20T16:00:00.000Z",
  priority: "2",
  customer: "Halden & Söns",
  instruction: { number: "WI-4471-2210", revision: "03" },
  part: { number: "4471-2210", revision: "D" },
  quantity: "2",
  serials: ["FSB-1", "FSB-2"],
};
const part = { number: "4471-2210", revision: "D" };
const ours = { ...meant, number: "000000004711", sentAt: "2026-03-02T06:30:00-06:00" };
const csv = `number;part;revision;quantity;sent at;version;id;due;priority;customer;instruction;instruction revision;serials
000000004711;4471-2210;D;2;2026-03-02T06:30:00-06:00;3;PLKO-99;2026-03-20T16:00:00Z;2;Halden & Söns;WI-4471-2210;03;FSB-1 FSB-2
`;
const b2mmlJson = {
  WorkSchedule: {
    ID: "NIGHT-17",
    WorkRequest: [
      {
        ID: "R-1",
        JobOrder: [
          {
            ID: "000000004711",
            Version: "3",
            PublishedDate: "2026-03-02T06:30:00-06:00",
            EndTime: "2026-03-20T16:00:00Z",
            WorkMasterID: "WI-4471-2210",
            WorkMasterVersion: "03",
            Priority: 2,
            JobOrderParameter: [
              { ID: "ExternalID", Value: [{ ValueString: "PLKO-99" }] },
              { ID: "Customer", Value: [{ ValueString: "Halden & Söns" }] },
            ],
            MaterialRequirement: [
              {
                ID: "1",
                MaterialDefinitionID: ["4471-2210"],
                MaterialSubLotID: ["FSB-1", "FSB-2"],
                MaterialUse: "Produced",
                Quantity: [{ QuantityString: "2" }],
                MaterialRequirementProperty: [
                  { ID: "PartRevision", Value: [{ ValueString: "D" }] },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
};

describe("one order, however it is written", () => {
  test.each([
    ["B2MML as XML", "application/xml", whole],
    ["B2MML as JSON", "application/json", JSON.stringify(b2mmlJson)],
    ["our own JSON", "application/json", JSON.stringify({ orders: [ours] })],
    ["CSV", "text/csv", csv],
  ])("%s", (_, type, text) => {
    expect(read(type, text)).toEqual([meant]);
  });

  test("a hold, its release, a cancellation and a split, in B2MML", () => {
    const of = (inner: string) => read("text/xml", order(`<ID>4711-02</ID>${inner}`))[0];
    expect(of("<Description>Wait for MRB</Description><Command>Hold</Command>")).toMatchObject({
      action: "hold",
      number: "4711-2",
      reason: "Wait for MRB",
      sentAt: "2026-03-02T05:00:00.000Z",
    });
    expect(of("<Command>Resume</Command>")).toMatchObject({ action: "release" });
    const reason =
      "<JobOrderParameter><ID>Reason</ID><Value><ValueString>Not sold</ValueString></Value></JobOrderParameter>";
    expect(of(`<DispatchStatus>Cancelled</DispatchStatus>${reason}`)).toMatchObject({
      action: "cancel",
      reason: "Not sold",
    });
    const parent =
      "<JobOrderParameter><ID>ParentJobOrderID</ID><Value><ValueString>0004711</ValueString></Value></JobOrderParameter>";
    const four =
      "<MaterialRequirement><ID>1</ID><MaterialUse>Produced</MaterialUse><Quantity><QuantityString>4</QuantityString></Quantity></MaterialRequirement>";
    expect(of(`${parent}${four}`)).toMatchObject({
      action: "split",
      parent: "4711",
      quantity: "4",
    });
  });

  test("a transaction names its sender and its time, and one that cancels cancels", () => {
    const transaction = (
      verb: string,
    ) => `<${verb}WorkSchedule xmlns="http://www.mesa.org/xml/B2MML" releaseID="7">
      <ApplicationArea><Sender><LogicalID>SAP-ERP</LogicalID></Sender><CreationDateTime>2026-03-02T05:00:00Z</CreationDateTime></ApplicationArea>
      <DataArea><${verb}/><WorkSchedule><ID>N</ID><WorkRequest><ID>R</ID><JobOrder><ID>4711</ID><Description>gone</Description>
        <MaterialRequirement><ID>1</ID><MaterialDefinitionID schemeVersionID="D">4471-2210</MaterialDefinitionID><MaterialUse>Produced</MaterialUse>
        <Quantity><QuantityString>4</QuantityString></Quantity></MaterialRequirement>
      </JobOrder></WorkRequest></WorkSchedule></DataArea></${verb}WorkSchedule>`;
    const [sent] = read("application/xml", transaction("Process"));
    expect(sent).toMatchObject({
      action: "order",
      system: "SAP-ERP",
      sentAt: "2026-03-02T05:00:00.000Z",
      part,
    });
    expect(read("application/xml", transaction("Cancel"))[0]).toMatchObject({
      action: "cancel",
      reason: "gone",
    });
  });
});

describe("what can't be taken", () => {
  test("says where and what, and takes nothing of the body", () => {
    const broken = { ...ours, quantity: "-1" };
    const said = messagesIn("application/json", JSON.stringify({ orders: [ours, broken] }), "M");
    expect(said).toEqual({
      ok: false,
      error: {
        code: "body_not_right",
        errors: [{ pointer: "/orders/1/quantity", detail: "positive_needed" }],
      },
    });
    const { sentAt: _, ...timeless } = ours;
    expect(problemOf("application/json", JSON.stringify({ orders: [timeless] }))).toContain(
      "/orders/0/sentAt",
    );
    expect(problemOf("application/json", "{")).toContain("not JSON");
    expect(problemOf("application/json", '{"hello":1}')).toContain("neither");
    expect(problemOf("application/xml", "<WorkSchedule><ID>1</WorkSchedule>")).toContain("line 1");
    expect(problemOf("text/csv", "number\n1\n")).toContain("sentAt");
    expect(problemOf("text/csv", "")).toContain("no order");
  });

  test("has no entities and no depth without end", () => {
    const entity = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${whole.slice(whole.indexOf("<WorkSchedule"))}`;
    expect(problemOf("application/xml", entity)).toContain("doctype");
    const deep = `${"<a>".repeat(5000)}${"</a>".repeat(5000)}`;
    expect(problemOf("application/xml", deep)).toMatch(/nested|deep/i);
    const nested = `${'{"WorkRequest":'.repeat(5000)}1${"}".repeat(5000)}`;
    expect(problemOf("application/json", nested)).toContain("nested too deeply");
    const own = order("<ID>4711</ID><Description>&evil; &#0;</Description><Command>Hold</Command>");
    expect(read("application/xml", own)[0]).toMatchObject({ reason: "&evil; &#0;" });
  });

  test("breaks nothing, whatever it is", () => {
    const types = fc.constantFrom("application/json", "application/xml", "text/csv");
    fc.assert(
      fc.property(types, fc.oneof(fc.string(), fc.json()), (type, text) => {
        messagesIn(type, text, "M");
      }),
      { numRuns: 300 },
    );
  });
});

describe.skipIf(whyUnchecked !== null)(
  `the published schema (${whyUnchecked ?? "is asked"})`,
  () => {
    test("takes what is read here, and refuses what is none of it", () => {
      expect(faultsOf("WorkSchedule", whole)).toBe("");
      expect(faultsOf("WorkSchedule", order("<ID>1</ID><Command>Hold</Command>"))).toBe("");
      expect(faultsOf("WorkSchedule", order("<ID>1</ID><Command>Wait</Command>"))).toContain(
        "Command",
      );
    });
  },
);
