import { compare, DECIMAL, decimals } from "#lib/kit/decimal";
import { defectByRule } from "./defects.rules.ts";
import { derivedAgain, foreseen, voided } from "./derivation.rules.ts";
import type { TravelerEvent } from "./events.schema.ts";
import type { Case, Ruling } from "./ruling.rules.ts";
import { refuse, rule, textHash } from "./ruling.rules.ts";
import type { CommandType } from "./schema.ts";
import type { TravelerState } from "./state.schema.ts";
import { toolsMissing } from "./tools.rules.ts";
import { toolsDue } from "./values.rules.ts";

/** The plant's code for a tool that did not come back. */
const toolMissingCode = "FOD-02";

/** A tool that is not there holds the unit before anybody decides to: FOD-02 and its hold, by the rule itself. */
export function missingToolDefects(
  of: Pick<Case<CommandType>, "content" | "facts" | "command">,
  state: TravelerState,
): TravelerEvent[] {
  const unreported = toolsMissing(state, of.content).find(
    ({ reading }) =>
      !state.defects.some(
        ({ reading: about, status }) => about === reading.id && status === "open",
      ),
  );
  if (!unreported) return [];
  const { reading } = unreported;
  return defectByRule(
    { ...of, state },
    {
      code: toolMissingCode,
      severity: "major",
      reading: { ...reading, reading: reading.id },
      holds: true,
    },
  );
}

/** Tools that came to the unit or left it between the counts: what the count out is judged by. */
export function transferTools(of: Case<"transferTools">): Ruling {
  const { state, content, facts, command, body } = of;
  const { kit, quantity, direction, counterpart } = body;
  const due = toolsDue(state, content, kit);
  if (!due) return refuse("tools_not_counted_in", { kit });
  const isWhole = DECIMAL.test(quantity) && decimals(quantity) === 0 && compare(quantity, "0") > 0;
  if (!isWhole) return refuse("value_not_readable", { value: quantity });
  if (direction === "out" && compare(quantity, due.due) > 0) {
    return refuse("tools_too_many", { kit, quantity, due: due.due });
  }
  const reason = textHash(body.reason);
  const transferred: TravelerEvent = {
    type: "tools.transferred",
    body: { kit, quantity, direction, counterpart, reason },
  };
  const by = { content, facts, command: command.id };
  const once = foreseen(state, transferred, by);
  const after = derivedAgain(once, due.from, by);
  const changed = after.steps.filter((step) => step !== due.from.step);
  return rule(
    [
      transferred,
      ...after.events,
      ...voided(state, changed, "tools_transferred"),
      ...missingToolDefects(of, after.state),
    ],
    [body.reason],
  );
}
