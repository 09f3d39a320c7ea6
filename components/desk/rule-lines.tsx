import { useTranslations } from "next-intl";
import { Link } from "#components/desk/link";
import { TakeNewRule } from "#components/desk/rule-forms";
import { RuleStateChip } from "#components/desk/rule-state";
import { ruleTitle } from "#components/desk/rule-title";
import { Chip } from "#components/ui/chip";
import type { RuleShown } from "#lib/feed/rules.queries";
import type { NewShipped } from "#lib/feed/shipped-rules.rules";

/** Each rule with what is in force and what is being written. */
export function RuleLines({ rules }: { rules: readonly RuleShown[] }) {
  const t = useTranslations("desk.rules");
  const processes = useTranslations("desk.messages.process");
  const titles = useTranslations("desk.rules.shippedTitle");
  return (
    <ul className="grid gap-3">
      {rules.map((rule) => {
        const live = rule.versions.filter(({ state }) => state !== "retired");
        const shown = live.length > 0 ? live : rule.versions.slice(-1);
        const last = shown.at(-1);
        const isInForce = shown.some(({ state }) => state === "effective");
        return (
          <li
            key={rule.id}
            className={`grid grid-cols-1 gap-x-5 gap-y-2 rounded border-[1.5px] border-rule border-l-[6px] bg-sheet px-5 py-3.5 sm:grid-cols-[minmax(0,1fr)_auto] ${isInForce ? "border-l-ok" : "border-l-edge"}`}
          >
            <div className="min-w-0">
              <h2 className="text-[18px] leading-snug font-bold">
                <Link
                  href={`/feed/rules/${rule.id}`}
                  className="mono [overflow-wrap:anywhere] underline decoration-rule decoration-2 underline-offset-4 hover:decoration-act"
                >
                  {rule.code}
                </Link>
              </h2>
              <p className="text-[15px] [overflow-wrap:anywhere]">
                {ruleTitle(titles, rule.code, last?.content.title ?? "")}
              </p>
              <p className="text-[14px] text-ink-2">
                {processes(rule.process)} →{" "}
                {last?.content.connector ? (
                  <span className="mono">{last.content.connector}</span>
                ) : (
                  t("connectorNone")
                )}
              </p>
            </div>
            <div className="flex flex-wrap content-start items-start gap-2 sm:justify-end">
              {shown.map(({ version, state }) => (
                <span key={version} className="flex items-center gap-2 text-[14px] text-ink-2">
                  {t("version", { version })} <RuleStateChip state={state} />
                </span>
              ))}
              {rule.newer ? <Chip tone="act">{t("newer")}</Chip> : null}
              {rule.errors > 0 ? (
                <Chip tone="stop">{t("errors", { count: rule.errors })}</Chip>
              ) : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** Rules that came with a later product than the site was begun with. */
export function NewRuleLines({
  rules,
  mayTake,
}: {
  rules: readonly NewShipped[];
  mayTake: boolean;
}) {
  const t = useTranslations("desk.rules");
  const processes = useTranslations("desk.messages.process");
  const titles = useTranslations("desk.rules.shippedTitle");
  if (rules.length === 0) return null;
  return (
    <section
      aria-labelledby="brought"
      className="mb-6 grid gap-3 rounded border-[1.5px] border-rule border-l-[6px] border-l-act bg-sheet px-5 py-4"
    >
      <h2 id="brought" className="text-[18px] font-bold">
        {t("broughtTitle", { count: rules.length })}
      </h2>
      <p className="max-w-[70ch] text-[15px] text-ink-2">{t("broughtLead")}</p>
      <ul className="grid gap-3">
        {rules.map(({ code, process, title }) => (
          <li
            key={code}
            className="grid grid-cols-1 items-start gap-x-5 gap-y-2 border-t border-sunk pt-3 sm:grid-cols-[minmax(0,1fr)_auto]"
          >
            <div className="min-w-0">
              <h3 className="mono text-[16px] font-bold [overflow-wrap:anywhere]">{code}</h3>
              <p className="text-[15px] [overflow-wrap:anywhere]">
                {ruleTitle(titles, code, title)}
              </p>
              <p className="text-[14px] text-ink-2">{processes(process)}</p>
            </div>
            {mayTake ? <TakeNewRule code={code} /> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
