import type { Role } from "#lib/instructions/schema";
import type { Actor } from "#lib/people/schema";
import { permissions as rolesOfCommand } from "#lib/travelers/permissions.rules";
import type { CommandType } from "#lib/travelers/schema";

/** Who may attempt what. Whether it is allowed for this record, now, is decided in rules.ts. */
export const permissions = {
  /** Has signed in, whatever the role: own account, live screens. */
  "desk.enter": [
    "operator",
    "inspector",
    "supervisor",
    "quality",
    "manufacturing_engineer",
    "administrator",
    "integrator",
    "customer",
  ],
  "traveler.read": [
    "operator",
    "inspector",
    "supervisor",
    "quality",
    "manufacturing_engineer",
    "administrator",
    "customer",
  ],
  "traveler.release": ["supervisor", "quality", "manufacturing_engineer"],
  "defect.read": [
    "operator",
    "inspector",
    "supervisor",
    "quality",
    "manufacturing_engineer",
    "administrator",
  ],
  "record.verify": ["inspector", "supervisor", "quality", "administrator", "customer"],
  /** To see what goes to other systems, how it went, and by which configuration. */
  "feed.read": ["quality", "manufacturing_engineer", "administrator", "integrator"],
  "feed.manage": ["administrator", "integrator"],
  /** To decide what quality answers for: by which rules something is sent, and that it is or is not. Never one's own proposal. */
  "feed.approve": ["quality"],
  "people.read": ["supervisor", "quality", "administrator"],
  "people.manage": ["administrator"],
  /** To ask for a new PIN for somebody, and to approve what another has asked. */
  "pin.reset": ["supervisor", "quality", "administrator"],
  "gage.read": ["supervisor", "quality", "manufacturing_engineer", "administrator"],
  "gage.manage": ["quality", "administrator"],
  "stock.read": ["supervisor", "quality", "manufacturing_engineer", "administrator"],
  /** To receive serials and lots, and to change what is known of them. */
  "stock.manage": ["supervisor", "quality", "administrator"],
  "stock.hold": ["supervisor", "quality"],
  "stock.release": ["quality"],
  "order.manage": ["supervisor", "manufacturing_engineer", "administrator"],
  /** To see what an MES or an ERP said of orders, and to try again what waits. */
  "order.messages": [
    "supervisor",
    "quality",
    "manufacturing_engineer",
    "administrator",
    "integrator",
  ],
  /** A hold on more than one traveler; whose it is to release follows from its reason. */
  "plant_hold.place": ["supervisor", "quality", "manufacturing_engineer"],
  "plant_hold.release": ["supervisor", "quality", "manufacturing_engineer", "customer"],
  "station.manage": ["administrator"],
  "stamp.issue": ["quality", "administrator"],
  "qualification.manage": ["quality", "administrator"],
  /** To decide which buyoff types may be signed without a network here. */
  "offline_signing.decide": ["quality"],
  "device.enrol": ["supervisor", "administrator"],
  "device.revoke": ["supervisor", "quality", "administrator"],
} as const satisfies Record<string, readonly Role[]>;

/** A permission of its own, or that of a command on a traveler under the command's name. */
export type Permission = keyof typeof permissions | CommandType;

/** The permission of each command, so that a misspelled one doesn't compile. */
export const commandPermissions = Object.fromEntries(
  Object.keys(rolesOfCommand).map((command) => [command, command]),
) as { readonly [T in CommandType]: T };

export const rolesFor = (permission: Permission): readonly Role[] =>
  Object.hasOwn(permissions, permission)
    ? permissions[permission as keyof typeof permissions]
    : rolesOfCommand[permission as CommandType];

export const may = (actor: Pick<Actor, "roles">, permission: Permission): boolean =>
  actor.roles.some((role) => rolesFor(permission).includes(role));
