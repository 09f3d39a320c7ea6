import { roles } from "#lib/instructions/schema";
import type { Scope } from "#lib/people/tokens.schema";
import { type Permission, rolesFor } from "./permissions.ts";

/**
 * Who may knock. `own` doors prove themselves in another way than a session of ours: a signature, or
 * next-auth's token against forgery.
 */
export type Rule =
  | { who: "public" }
  | { who: "device" }
  | { who: "device_or"; permission: Permission }
  | { who: "permission"; permission: Permission }
  /** Another system, by a token that has this scope; no session of ours opens it. */
  | { who: "token"; scope: Scope }
  | { who: "own"; proof: "webhook_signature" | "next_auth" | "signed_address" };

const everybody: Rule = { who: "public" };
const tablet: Rule = { who: "device" };
const system = (scope: Scope): Rule => ({ who: "token", scope });
const whoMay = (permission: Permission): Rule => ({ who: "permission", permission });

/**
 * Every way in: handlers by method and path, pages by path, actions by file and name. A test makes the
 * same list from the source and demands that the two agree, so that nothing is opened in passing.
 */
export const routeRules: Readonly<Record<string, Rule>> = {
  "PAGE /": everybody,
  "PAGE /[...missing]": everybody,
  "PAGE /floor": everybody,
  "PAGE /set-up": everybody,
  "PAGE /sign-in": everybody,
  "PAGE /buyoffs": whoMay("traveler.read"),
  "PAGE /buyoffs/[id]/[requirement]": whoMay("traveler.read"),
  "PAGE /defects": whoMay("defect.read"),
  "PAGE /defects/[id]": whoMay("defect.read"),
  "PAGE /holds": whoMay("traveler.read"),
  "PAGE /orders": whoMay("traveler.read"),
  "PAGE /feed/tokens": whoMay("feed.read"),
  "PAGE /feed": whoMay("feed.read"),
  "PAGE /feed/messages/[id]": whoMay("feed.read"),
  "PAGE /feed/crosswalks": whoMay("feed.read"),
  "PAGE /feed/crosswalks/[kind]": whoMay("feed.read"),
  "PAGE /feed/crosswalks/coverage": whoMay("feed.read"),
  "PAGE /feed/crosswalks/preview": whoMay("feed.read"),
  "PAGE /feed/connectors": whoMay("feed.read"),
  "PAGE /feed/connectors/new": whoMay("feed.manage"),
  "PAGE /feed/connectors/[id]": whoMay("feed.read"),
  "PAGE /feed/inbox": whoMay("feed.read"),
  "PAGE /feed/matrix": whoMay("feed.read"),
  "PAGE /feed/rules": whoMay("feed.read"),
  "PAGE /feed/rules/[id]": whoMay("feed.read"),
  "PAGE /gages": whoMay("gage.read"),
  "PAGE /gages/[id]": whoMay("gage.read"),
  "PAGE /labels": whoMay("traveler.read"),
  "PAGE /new-pin": everybody,
  "PAGE /orders/[id]": whoMay("traveler.read"),
  "PAGE /orders/messages": whoMay("order.messages"),
  "PAGE /permissions": whoMay("people.read"),
  "PAGE /people": whoMay("people.read"),
  "PAGE /people/[id]": whoMay("people.read"),
  "PAGE /qualifications": whoMay("people.read"),
  "PAGE /stamps": whoMay("people.read"),
  "PAGE /stock": whoMay("stock.read"),
  "PAGE /stock/[id]": whoMay("stock.read"),
  "PAGE /stations": whoMay("device.revoke"),
  "PAGE /stations/[id]": whoMay("device.revoke"),
  "PAGE /process-limits": whoMay("acceptReadingOutOfProcessLimit"),
  "PAGE /reviews": whoMay("reviewSignals"),
  "PAGE /waivers": whoMay("revokeWaiver"),
  "PAGE /travelers": whoMay("traveler.read"),
  "PAGE /travelers/[id]": whoMay("traveler.read"),
  "PAGE /travelers/[id]/entries": whoMay("traveler.read"),

  "GET /api/asyncapi.json": everybody,
  "GET /api/auth/[...nextauth]": { who: "own", proof: "next_auth" },
  "POST /api/auth/[...nextauth]": { who: "own", proof: "next_auth" },
  "GET /api/blobs/[sha256]": { who: "device_or", permission: "traveler.read" },
  "PUT /api/blobs/[sha256]": tablet,
  "POST /api/commands": tablet,
  "POST /api/devices/challenge": everybody,
  "POST /api/devices/enrol": everybody,
  "POST /api/devices/session": everybody,
  "POST /api/documents": whoMay("receiveDisposition"),
  "GET /api/events/[delivery]": { who: "own", proof: "signed_address" },
  "GET /api/floor/demo": everybody,
  "POST /api/floor/end-period": tablet,
  "GET /api/floor/find": tablet,
  "GET /api/floor/queue": tablet,
  "POST /api/floor/sign-in": tablet,
  "GET /api/floor/travelers/[id]": tablet,
  "GET /api/floor/travelers/[id]/exposed": tablet,
  "GET /api/floor/travelers/[id]/family": tablet,
  "GET /api/floor/travelers/[id]/head": tablet,
  "GET /api/health": everybody,
  "GET /api/live": whoMay("desk.enter"),
  "GET /api/openapi.json": everybody,
  "GET /api/schemas/events/[file]": everybody,
  "POST /api/sign": tablet,
  "GET /api/v1/orders/[number]": system("orders.read"),
  "GET /api/v1/orders/[number]/performance": system("orders.read"),
  "POST /api/v1/orders": system("orders.write"),
  "POST /api/v1/qualifications": system("qualifications.write"),
  "POST /api/webhooks/[connector]": { who: "own", proof: "webhook_signature" },

  "ACTION lib/defects/actions.ts#acceptBeyondLimit": whoMay("acceptReadingOutOfProcessLimit"),
  "ACTION lib/defects/actions.ts#reviewSignals": whoMay("reviewSignals"),
  "ACTION lib/defects/actions.ts#acceptTraveler": whoMay("acceptTraveler"),
  "ACTION lib/defects/actions.ts#closeDefect": whoMay("closeDefect"),
  "ACTION lib/defects/actions.ts#completeRework": whoMay("completeRework"),
  "ACTION lib/defects/actions.ts#enterDisposition": whoMay("receiveDisposition"),
  "ACTION lib/defects/actions.ts#logDefect": whoMay("logDefect"),
  "ACTION lib/defects/actions.ts#releaseHold": whoMay("releaseHold"),
  "ACTION lib/defects/actions.ts#releaseHoldByHand": whoMay("releaseHold"),
  "ACTION lib/defects/actions.ts#startRework": whoMay("startRework"),
  "ACTION lib/orders/actions.ts#redriveMessage": whoMay("order.messages"),
  "ACTION lib/orders/actions.ts#settleDifferences": whoMay("order.manage"),
  "ACTION lib/people/tokens.actions.ts#makeToken": whoMay("feed.manage"),
  "ACTION lib/people/tokens.actions.ts#revokeToken": whoMay("feed.manage"),
  "ACTION lib/feed/actions.ts#retry": whoMay("feed.manage"),
  "ACTION lib/feed/actions.ts#askDiscard": whoMay("feed.manage"),
  "ACTION lib/feed/actions.ts#decideDiscard": whoMay("feed.approve"),
  "ACTION lib/feed/actions.ts#link": whoMay("feed.manage"),
  "ACTION lib/feed/actions.ts#edit": whoMay("feed.manage"),
  "ACTION lib/feed/crosswalks.actions.ts#createCrosswalk": whoMay("feed.manage"),
  "ACTION lib/feed/crosswalks.actions.ts#changeCrosswalk": whoMay("feed.manage"),
  "ACTION lib/feed/crosswalks.actions.ts#addLine": whoMay("feed.manage"),
  "ACTION lib/feed/crosswalks.actions.ts#changeLine": whoMay("feed.manage"),
  "ACTION lib/feed/crosswalks.actions.ts#endLine": whoMay("feed.manage"),
  "ACTION lib/feed/crosswalks.actions.ts#previewCrosswalk": whoMay("feed.manage"),
  "ACTION lib/feed/crosswalks.actions.ts#importCrosswalk": whoMay("feed.manage"),
  "ACTION lib/feed/connectors.actions.ts#addConnector": whoMay("feed.manage"),
  "ACTION lib/feed/connectors.actions.ts#changeConnector": whoMay("feed.manage"),
  "ACTION lib/feed/connectors.actions.ts#pauseConnector": whoMay("feed.manage"),
  "ACTION lib/feed/connectors.actions.ts#resumeConnector": whoMay("feed.manage"),
  "ACTION lib/feed/connectors.actions.ts#testConnector": whoMay("feed.manage"),
  "ACTION lib/feed/connectors.actions.ts#checkSchema": whoMay("feed.manage"),
  "ACTION lib/feed/rules.actions.ts#draftRule": whoMay("feed.manage"),
  "ACTION lib/feed/rules.actions.ts#nextVersion": whoMay("feed.manage"),
  "ACTION lib/feed/rules.actions.ts#changeRule": whoMay("feed.manage"),
  "ACTION lib/feed/rules.actions.ts#tryRule": whoMay("feed.read"),
  "ACTION lib/feed/rules.actions.ts#approveRule": whoMay("feed.approve"),
  "ACTION lib/feed/rules.actions.ts#retireRule": whoMay("feed.approve"),
  "ACTION lib/feed/rules.actions.ts#letGo": whoMay("feed.approve"),
  "ACTION lib/feed/rules.actions.ts#letGoChanged": whoMay("feed.approve"),
  "ACTION lib/feed/rules.actions.ts#reject": whoMay("feed.approve"),
  "ACTION lib/people/actions.ts#setUp": everybody,
  "ACTION lib/people/actions.ts#signIn": everybody,
  "ACTION lib/people/actions.ts#signOut": everybody,
  "ACTION lib/people/stations.actions.ts#makeEnrolmentCode": whoMay("device.enrol"),
  "ACTION lib/people/stations.actions.ts#revokeDevice": whoMay("device.revoke"),
  "ACTION lib/plant/import.actions.ts#previewGages": whoMay("gage.manage"),
  "ACTION lib/plant/import.actions.ts#importGages": whoMay("gage.manage"),
  "ACTION lib/plant/import.actions.ts#previewStations": whoMay("station.manage"),
  "ACTION lib/plant/import.actions.ts#importStations": whoMay("station.manage"),
  "ACTION lib/plant/import.actions.ts#previewOrders": whoMay("order.manage"),
  "ACTION lib/plant/import.actions.ts#importOrders": whoMay("order.manage"),
  "ACTION lib/plant/import.actions.ts#previewPeople": whoMay("people.manage"),
  "ACTION lib/plant/import.actions.ts#importPeople": whoMay("people.manage"),
  "ACTION lib/plant/import.actions.ts#previewQualifications": whoMay("qualification.manage"),
  "ACTION lib/plant/import.actions.ts#importQualifications": whoMay("qualification.manage"),
  "ACTION lib/plant/import.actions.ts#previewStock": whoMay("stock.manage"),
  "ACTION lib/plant/import.actions.ts#importStock": whoMay("stock.manage"),
  "ACTION lib/plant/stock.actions.ts#receiveStock": whoMay("stock.manage"),
  "ACTION lib/plant/stock.actions.ts#changeStock": whoMay("stock.manage"),
  "ACTION lib/plant/stock.actions.ts#holdStock": whoMay("stock.hold"),
  "ACTION lib/plant/stock.actions.ts#releaseStock": whoMay("stock.release"),
  "ACTION lib/plant/actions.ts#placePlantHold": whoMay("plant_hold.place"),
  "ACTION lib/plant/actions.ts#releasePlantHold": whoMay("plant_hold.release"),
  "ACTION lib/plant/actions.ts#createGage": whoMay("gage.manage"),
  "ACTION lib/plant/actions.ts#changeGage": whoMay("gage.manage"),
  "ACTION lib/plant/actions.ts#calibrateGage": whoMay("gage.manage"),
  "ACTION lib/plant/actions.ts#createStation": whoMay("station.manage"),
  "ACTION lib/plant/actions.ts#changeStation": whoMay("station.manage"),
  "ACTION lib/plant/actions.ts#createOrder": whoMay("order.manage"),
  "ACTION lib/plant/actions.ts#changeOrder": whoMay("order.manage"),
  "ACTION lib/people/changes.actions.ts#addPerson": whoMay("people.manage"),
  "ACTION lib/people/changes.actions.ts#changePerson": whoMay("people.manage"),
  "ACTION lib/people/changes.actions.ts#issueBadges": whoMay("people.manage"),
  "ACTION lib/people/changes.actions.ts#withdrawBadge": whoMay("people.manage"),
  "ACTION lib/people/stamps.actions.ts#issueStamp": whoMay("stamp.issue"),
  "ACTION lib/people/stamps.actions.ts#withdrawStamp": whoMay("stamp.issue"),
  "ACTION lib/people/stamps.actions.ts#changeCoolDown": whoMay("stamp.issue"),
  "ACTION lib/people/trainers.actions.ts#nameTrainer": whoMay("qualification.manage"),
  "ACTION lib/people/trainers.actions.ts#endTrainer": whoMay("qualification.manage"),
  "ACTION lib/people/qualifications.actions.ts#grantQualification": whoMay("qualification.manage"),
  "ACTION lib/people/qualifications.actions.ts#renewQualification": whoMay("qualification.manage"),
  "ACTION lib/people/qualifications.actions.ts#withdrawQualification":
    whoMay("qualification.manage"),
  "ACTION lib/people/qualifications.actions.ts#createQualification": whoMay("qualification.manage"),
  "ACTION lib/people/qualifications.actions.ts#changeQualification": whoMay("qualification.manage"),
  "ACTION lib/people/changes.actions.ts#askPinReset": whoMay("pin.reset"),
  "ACTION lib/people/changes.actions.ts#approvePinReset": whoMay("pin.reset"),
  "ACTION lib/people/changes.actions.ts#chooseNewPin": everybody,
  "ACTION lib/travelers/lots.actions.ts#splitLot": whoMay("splitTraveler"),
  "ACTION lib/travelers/lots.actions.ts#mergeLots": whoMay("mergeTravelers"),
  "ACTION lib/travelers/lots.actions.ts#countLot": whoMay("accountQuantity"),
  "ACTION lib/travelers/lots.actions.ts#assignSerials": whoMay("assignSerials"),
  "ACTION lib/travelers/lots.actions.ts#scrapPieces": whoMay("scrapTraveler"),
  "ACTION lib/travelers/desk.actions.ts#signRemotely": whoMay("signBuyoff"),
  "ACTION lib/travelers/desk.actions.ts#declineRemotely": whoMay("declineBuyoff"),
  "ACTION lib/travelers/desk.actions.ts#requestWaiver": whoMay("requestWaiver"),
  "ACTION lib/travelers/desk.actions.ts#grantWaiver": whoMay("grantWaiver"),
  "ACTION lib/travelers/desk.actions.ts#revokeWaiver": whoMay("revokeWaiver"),
  "ACTION lib/travelers/desk.actions.ts#release": whoMay("traveler.release"),
  "ACTION lib/travelers/desk.actions.ts#verifyTraveler": whoMay("record.verify"),
};

/** What each role meets at a door, for tests over HTTP: `stranger` is nobody, `tablet` an enrolled device. */
export function expectedAt(
  rule: Rule,
): Readonly<Record<string, "in" | "not_signed_in" | "not_permitted">> {
  const ofRole = (role: (typeof roles)[number]) => {
    if (rule.who === "public" || rule.who === "own") return "in";
    if (rule.who === "device" || rule.who === "token") return "not_signed_in";
    return rolesFor(rule.permission).includes(role) ? "in" : "not_permitted";
  };
  const isOpen = rule.who === "public" || rule.who === "own";
  const takesTablets = isOpen || rule.who === "device" || rule.who === "device_or";
  return {
    stranger: isOpen ? "in" : "not_signed_in",
    tablet: takesTablets ? "in" : "not_signed_in",
    ...Object.fromEntries(roles.map((role) => [role, ofRole(role)])),
  };
}
