import { XMLParser, XMLValidator } from "fast-xml-parser";
import { err, ok, type Result } from "#lib/kit/result";

/** What could be read of a body, before it is checked: each an order message or close to one. */
export type Read = Result<readonly unknown[], { problem: string }>;
const unreadable = (problem: string) => err({ problem });

const depthMax = 32;
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: true,
});

/**
 * An XML document as plain objects, without a doctype: entities of its own could reach files or grow
 * without bound, so that none is read at all (OWASP, XML external entities).
 */
export function xmlOf(text: string): Result<Node, { problem: string }> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return unreadable("a doctype is not taken");
  const checked = XMLValidator.validate(text);
  if (checked !== true) {
    const { msg, line } = checked.err;
    return unreadable(`${msg} (line ${line})`);
  }
  try {
    const read: unknown = parser.parse(text);
    return isNode(read) && isShallow(read) ? ok(read) : unreadable("nested too deeply");
  } catch (error) {
    // The parser's own bounds, on depth above all.
    return unreadable(error instanceof Error ? error.message : "not XML");
  }
}

export type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;
export const isShallow = (value: unknown, depth = 0): boolean =>
  !isNode(value) ||
  (depth < depthMax && Object.values(value).every((inner) => isShallow(inner, depth + 1)));

const listOf = (node: Node | undefined, name: string): readonly unknown[] => {
  const found = node?.[name];
  if (found === undefined || found === null || found === "") return [];
  return Array.isArray(found) ? found : [found];
};
const nodesOf = (node: Node | undefined, name: string): Node[] => listOf(node, name).filter(isNode);

const named: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};
/** The five that XML itself has, and characters by number; everything else stays as it stands. */
const plain = (text: string): string =>
  text.replace(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-fA-F]{1,6}));/g,
    (as, name, ten, hex) => {
      if (name) return named[name] ?? as;
      const point = Number.parseInt(ten ?? hex, ten ? 10 : 16);
      return point > 31 && point <= 0x10ffff ? String.fromCodePoint(point) : as;
    },
  );

/** The text of an element, whether it has attributes or not, in XML or in JSON. */
function textIn(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : plain(value);
  if (typeof value === "number") return String(value);
  if (!isNode(value)) return undefined;
  return textIn(value["#text"] ?? value.value ?? value.ValueString ?? value.QuantityString);
}
const textOf = (node: Node | undefined, name: string): string | undefined =>
  textIn(listOf(node, name)[0]);

/** Has it the shape of B2MML, as JSON? Anything else is our own. */
export const isB2mml = (value: unknown): value is Node =>
  isNode(value) && roots.some((name) => Object.hasOwn(value, name));

const verbs = ["Process", "Sync", "Change", "Cancel", "Show"] as const;
const roots = [
  "WorkSchedule",
  "WorkRequest",
  "JobList",
  "JobOrder",
  ...verbs.flatMap((verb) => [`${verb}WorkSchedule`, `${verb}JobList`]),
];

type About = { system: string | undefined; sentAt: string | undefined; isCancel: boolean };

/**
 * The job orders of a B2MML document: a schedule, a job list or one order, alone or in a transaction.
 * `system` is said by the caller's token, unless the document names its sender.
 */
export function ordersOfB2mml(document: Node, system: string): Read {
  const found = jobOrdersIn(document, { system, sentAt: undefined, isCancel: false });
  return found.length === 0 ? unreadable("no JobOrder in it") : ok(found);
}

function jobOrdersIn(node: Node, about: About): unknown[] {
  const all: unknown[] = [];
  for (const verb of verbs) {
    for (const name of [`${verb}WorkSchedule`, `${verb}JobList`]) {
      for (const transaction of nodesOf(node, name)) {
        const [area] = nodesOf(transaction, "ApplicationArea");
        const [sender] = nodesOf(area, "Sender");
        const [data] = nodesOf(transaction, "DataArea");
        const said = {
          system: textOf(sender, "LogicalID") ?? about.system,
          sentAt: textOf(area, "CreationDateTime") ?? about.sentAt,
          isCancel: verb === "Cancel",
        };
        if (data) all.push(...jobOrdersIn(data, said));
      }
    }
  }
  for (const name of [
    "WorkSchedule",
    "WorkScheduleChild",
    "WorkRequest",
    "WorkRequestChild",
    "JobList",
  ]) {
    for (const inner of nodesOf(node, name)) {
      const sentAt = textOf(inner, "PublishedDate") ?? about.sentAt;
      all.push(...jobOrdersIn(inner, { ...about, sentAt }));
    }
  }
  for (const order of nodesOf(node, "JobOrder")) all.push(messageOf(order, about));
  return all;
}

const holds = new Set(["Hold", "Pause"]);
const releases = new Set(["Resume", "Restart"]);
const ends = new Set(["Abort", "Stop"]);

function messageOf(order: Node, { system, sentAt, isCancel }: About): unknown {
  const parameters = parametersOf(order, "JobOrderParameter");
  const status = textOf(order, "DispatchStatus") ?? "";
  const command = textOf(order, "Command") ?? "";
  const reason =
    parameters.get("Reason") ?? parameters.get("HoldReason") ?? textOf(order, "Description");
  const envelope = known({
    system,
    number: textOf(order, "ID"),
    // As it was sent, with its zeros: what goes back is called so too.
    externalId: parameters.get("ExternalID") ?? textOf(order, "ID"),
    version: textOf(order, "Version"),
    sentAt: textOf(order, "PublishedDate") ?? sentAt,
  });
  if (isCancel || ends.has(command) || status === "Cancelled" || status === "Aborted") {
    return known({ action: "cancel", ...envelope, reason });
  }
  if (holds.has(command) || status === "Held")
    return known({ action: "hold", ...envelope, reason });
  if (releases.has(command)) return known({ action: "release", ...envelope, reason });
  const product = nodesOf(order, "MaterialRequirement").find((of) =>
    ["Produced", "Material Produced"].includes(textOf(of, "MaterialUse") ?? ""),
  );
  const parent = parameters.get("ParentJobOrderID");
  const serials = listOf(product, "MaterialSubLotID").flatMap((of) => textIn(of) ?? []);
  const plan = known({
    dueAt: textOf(order, "EndTime"),
    priority: textOf(order, "Priority"),
    customer: parameters.get("Customer"),
    instruction: instructionOf(order),
    serials: serials.length === 0 ? undefined : serials,
    lot: textOf(product, "MaterialLotID"),
    quantity: textOf(product, "Quantity"),
  });
  return parent === undefined
    ? known({ action: "order", ...envelope, ...plan, part: partOf(product) })
    : known({ action: "split", ...envelope, ...plan, parent });
}

function instructionOf(order: Node) {
  const number = textOf(order, "WorkMasterID");
  return number === undefined
    ? undefined
    : known({ number, revision: textOf(order, "WorkMasterVersion") });
}

/** The revision stands at the id as the version of its scheme, or beside it as a property. */
function partOf(product: Node | undefined) {
  const [definition] = listOf(product, "MaterialDefinitionID");
  const at = isNode(definition) ? definition["@schemeVersionID"] : undefined;
  const properties = parametersOf(product, "MaterialRequirementProperty");
  const revision = properties.get("PartRevision") ?? properties.get("Revision") ?? textIn(at);
  return known({ number: textIn(definition), revision });
}

function parametersOf(node: Node | undefined, name: string): ReadonlyMap<string, string> {
  const all = nodesOf(node, name).flatMap((of) => {
    const [id, value] = [textOf(of, "ID"), textOf(of, "Value")];
    return id === undefined || value === undefined ? [] : [[id, value] as const];
  });
  return new Map(all);
}

const known = <T extends object>(of: T): T =>
  Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
