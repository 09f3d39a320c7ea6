import type { CloudEvent } from "#lib/catalogue/data.schema";
import { defaultRules } from "../default-rules.rules.ts";
import { defectIn, nameOf } from "../heard.rules.ts";
import { aLedger, type Ledger } from "../ledger.rules.ts";
import { isListening, type Routed, type RuleInForce, routeEvent } from "../routing.rules.ts";
import { contentSha256 } from "../rules.rules.ts";
import type { RuleContent } from "../rules.schema.ts";

export const site = "0197a000-0000-7000-8000-000000000001";
const connector = "0197a000-0000-7000-8000-0000000000c1";

/** A rule that comes with the product, with what a test wants otherwise. */
export function aRule(code: string, change: Partial<RuleContent> = {}): RuleInForce {
  const known = defaultRules[code];
  if (!known) throw new Error(`no default rule ${code}`);
  const content = { ...known.content("qms"), ...change };
  return { id: code, code, version: 1, contentSha256: contentSha256(content), content, connector };
}

export const originIn = (events: readonly CloudEvent[], event: CloudEvent): CloudEvent => {
  const defect = defectIn(event);
  const logged = events.find((one) => nameOf(one) === "defect.logged" && defectIn(one) === defect);
  return defect === null || !logged ? event : logged;
};

export type Seen = { event: CloudEvent; rule: RuleInForce; routed: Routed };

/** What these rules make of events in order, with what they opened before. */
export async function routedAll(
  events: readonly CloudEvent[],
  rules: readonly RuleInForce[],
  ledger: Ledger = aLedger(),
  all: readonly CloudEvent[] = events,
): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const event of events) {
    for (const rule of rules) {
      if (!isListening(rule.content, [nameOf(event)])) continue;
      const asked = { event, origin: originIn(all, event), rule, site };
      const { latest, ofLot } = ledger;
      const routed = await routeEvent({ ...asked, latest, ofLot, now: () => 0 });
      ledger.keep(routed, event);
      seen.push({ event, rule, routed });
    }
  }
  return seen;
}

export const deliveriesIn = (seen: readonly Seen[]) =>
  seen.flatMap(({ routed }) => (routed.outcome === "matched" ? routed.deliveries : []));
