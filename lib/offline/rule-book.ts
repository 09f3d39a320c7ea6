import { evolve } from "#lib/travelers/evolve.rules";
import { factsNeeded, timesByTablet } from "#lib/travelers/facts.rules";
import { gagesNow } from "#lib/travelers/quarantine.rules";
import { decide } from "#lib/travelers/rules";

/** Of the rules, what the tablet's memory asks. */
export const rules = { decide, evolve, factsNeeded, gagesNow, timesByTablet };
