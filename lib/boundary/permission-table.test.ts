import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { type Role, roles } from "#lib/instructions/schema";
import { commandBodies } from "#lib/travelers/schema";
import enDesk from "../messages/en/desk.json" with { type: "json" };
import enWords from "../messages/en/permissions.json" with { type: "json" };
import esWords from "../messages/es/permissions.json" with { type: "json" };
import { deciders, nouns, permissionTable } from "./permission-table.ts";
import { may, type Permission, permissions } from "./permissions.ts";

const letters: Readonly<Record<Role, string>> = {
  operator: "o",
  inspector: "i",
  supervisor: "s",
  quality: "q",
  manufacturing_engineer: "m",
  administrator: "a",
  integrator: "n",
  customer: "c",
};

/**
 * Written out by hand on purpose: whoever changes who may do something changes it here too, and knows.
 * Operator, Inspector, Supervisor, Quality, Manufacturing engineer, Administrator, iNtegrator, Customer.
 */
const matrix: Readonly<Record<Permission, string>> = {
  "traveler.read": "oisqma-c",
  "traveler.release": "--sqm---",
  completeTraveler: "oisq----",
  acceptTraveler: "---q----",
  splitTraveler: "--sq----",
  mergeTravelers: "--sq----",
  accountQuantity: "--sq----",
  assignSerials: "--sq----",
  cancelTraveler: "--sq--n-",
  scrapTraveler: "-i-q----",

  presentStep: "oisqm---",
  startStep: "oisq----",
  pauseStep: "oisq----",
  resumeStep: "oisq----",
  completeStep: "oisq----",
  failStep: "oisq----",
  skipStep: "oisqm---",
  markStepNotApplicable: "oisqm---",
  deferStep: "oisqm---",
  reopenStep: "oisq----",
  departSequence: "oisqm---",
  superviseStep: "oisq----",
  cosignStep: "oisq----",

  recordReading: "oisq----",
  amendReading: "oisq----",
  acceptReadingOutOfProcessLimit: "oisqm---",
  attachMeasurementRecord: "oisq----",
  attachPhoto: "oisqm---",
  addNote: "oisqm--c",

  installComponent: "oisq----",
  removeComponent: "oisq----",

  "gage.read": "--sqma--",
  "gage.manage": "---q-a--",
  selectGage: "oisq----",
  quarantineGage: "oisq----",

  startBatchClock: "oisq----",
  startTimer: "oisq----",
  stopTimer: "oisq----",
  readClock: "oisq----",
  transferTools: "oisq----",

  checkOutTraveler: "oisq----",
  checkInTraveler: "oisq----",
  endCheckOut: "--sq----",
  callInspection: "oisq----",
  acknowledgeInspection: "-i-q---c",
  requestAssistance: "oisq----",
  noteHandover: "oisq----",

  signBuyoff: "oisqm--c",
  passWitness: "oisq----",
  declineBuyoff: "oisqm--c",
  verifyBuyoff: "------n-",
  voidBuyoff: "---q----",
  "offline_signing.decide": "---q----",

  "defect.read": "oisqma--",
  logDefect: "oisqm--c",
  updateDefect: "oisqm---",
  withdrawDefect: "---q----",
  closeDefect: "-i-q----",
  linkQmsRecord: "------n-",
  receiveDisposition: "---q--n-",

  placeHold: "oisqm--c",
  releaseHold: "--sqm--c",
  "plant_hold.place": "--sqm---",
  "plant_hold.release": "--sqm--c",

  startRework: "--sqm---",
  completeRework: "-isq----",

  requestWaiver: "oisq----",
  grantWaiver: "oisq----",
  revokeWaiver: "--sq----",

  changeRevision: "---qm---",
  proposeRedline: "---qm---",
  approveRedline: "---qm---",
  dropRedline: "---qm---",
  attachPaperEvidence: "--sq----",

  "stock.read": "--sqma--",
  "stock.manage": "--sq-a--",
  "stock.hold": "--sq----",
  "stock.release": "---q----",

  "order.manage": "--s-ma--",
  "order.messages": "--sqman-",

  "desk.enter": "oisqmanc",
  "people.read": "--sq-a--",
  "people.manage": "-----a--",
  "pin.reset": "--sq-a--",
  "stamp.issue": "---q-a--",
  "qualification.manage": "---q-a--",

  "station.manage": "-----a--",
  "device.enrol": "--s--a--",
  "device.revoke": "--sq-a--",

  "feed.read": "---qman-",
  "feed.manage": "-----an-",
  "feed.approve": "---q----",

  "record.verify": "-isq-a-c",
  viewRecordForAudit: "--sqm--c",
  reviewSignals: "---q----",
  recordRefusedAttempt: "oisqm--c",
};

test("every permission and command is on the table once, and lets in exactly the roles written here", () => {
  const found = Object.fromEntries(
    permissionTable.map(({ permission, roles: held }) => [
      permission,
      roles.map((role) => (held.includes(role) ? letters[role] : "-")).join(""),
    ]),
  );
  expect(found).toEqual(matrix);
  expect(permissionTable).toHaveLength(Object.keys(matrix).length);
  const all = [...Object.keys(permissions), ...Object.keys(commandBodies)];
  expect(Object.keys(matrix).sort()).toEqual(all.sort());
});

test("what the table says is what the boundary answers, for every role", () => {
  for (const { permission, roles: held } of permissionTable) {
    const admitted = roles.filter((role) => may({ roles: [role] }, permission));
    expect(admitted, permission).toEqual(roles.filter((role) => held.includes(role)));
    expect(may({ roles: [] }, permission), permission).toBe(false);
  }
});

test("nothing is on the table that opens no door", () => {
  const root = path.resolve(import.meta.dirname, "../..");
  const source = ["app", "lib", "components"]
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
        path.join(root, folder, name),
      ),
    )
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|permission(s|-table)\.ts/.test(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const idle = Object.keys(permissions).filter((name) => !source.includes(`"${name}"`));
  expect(idle).toEqual([]);
});

test("every row has words in both languages, and every noun and decider a name", () => {
  const names = Object.keys(matrix).sort();
  expect(Object.keys(enWords).sort()).toEqual(names);
  expect(Object.keys(esWords).sort()).toEqual(names);
  expect(Object.keys(enDesk.permissions.noun).sort()).toEqual([...nouns].sort());
  expect(Object.keys(enDesk.permissions.decider).sort()).toEqual([...deciders].sort());
  for (const words of [enWords, esWords]) {
    const said = Object.values(words);
    expect(new Set(said).size, "no two rows read the same").toBe(said.length);
  }
});
