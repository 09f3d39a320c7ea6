import path from "node:path";
import { demoPeople } from "../../prisma/seed/people.ts";
import { type Memory, root } from "./memory.ts";
import type { Plant } from "./plant.ts";
import type { Environment } from "./processes.ts";

type Arrival = {
  plant: Plant;
  origin: string;
  /** With --lan: the certificate a tablet has to be told to trust. */
  authorityFile: string | null;
  memory: Memory;
  seconds: string;
};

/** What a person needs to know once everything runs. */
export async function welcome(arrival: Arrival): Promise<string> {
  const { plant, origin, authorityFile, memory, seconds } = arrival;
  const here = (file: string) => path.relative(process.cwd(), file) || ".";
  return [
    "",
    `Buyoff is running (${seconds} s)`,
    "",
    `  Floor  ${origin}/floor`,
    `  Desk   ${origin}/`,
    ...(plant.sandboxUrl ? [`  QMS    ${plant.sandboxUrl}  (stand-in, with its own store)`] : []),
    `  Logs   ${here(path.join(memory.folder, "logs"))}`,
    ...(authorityFile ? ["", ...lanLines(authorityFile)] : []),
    ...(plant.database.warning ? ["", `Warning: ${plant.database.warning}`] : []),
    "",
    ...(plant.isDemo ? demoLines() : await setupTokenLines(plant.environment, origin)),
    "",
    "Ctrl-C stops everything; the data is kept.",
  ].join("\n");
}

function demoLines(): string[] {
  const rows = demoPeople.map(({ name, badges, pin, employeeNumber, password, about }) => [
    name,
    badges[0] ? `BDG~${badges[0].id}~${badges[0].secret}` : "",
    pin,
    password ? `${employeeNumber} / ${password}` : "",
    about,
  ]);
  const header = ["Demo person", "Badge", "PIN", "Desk sign-in", ""];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  return [line(header), ...rows.map(line)];
}

const lanLines = (authorityFile: string) => [
  "Open to this network. A tablet warns until it trusts this authority (copy the file to it and install it):",
  `  ${path.relative(root, authorityFile)}`,
];

/** Outside the demo there is no account: the first administrator is made with a token that works once. */
export async function setupTokenLines(environment: Environment, origin: string): Promise<string[]> {
  // The application's own code parses the environment when it is loaded: not before there is one.
  Object.assign(process.env, environment);
  const { makeSetupToken, needsSetup } = await import("#lib/people/setup.commands");
  if (!(await needsSetup())) return ["Sign in at the desk with your own account."];
  const token = await makeSetupToken();
  return [
    `Nobody has signed in yet. Make the first administrator at ${origin}/set-up with this token,`,
    "which is good once and for a day:",
    `  ${token}`,
  ];
}
