"use client";
import { useTranslations } from "next-intl";
import { useFieldWords } from "#components/desk/connector-field";
import { fieldsOf, isAsked, isLeftOut, sections } from "#lib/feed/connectors/fields.rules";
import { secretNamesOf } from "#lib/feed/connectors/secrets.rules";
import type { ConnectorAsTyped } from "#lib/feed/connectors-shown.queries";

/** The configuration in force, to be read: what is left out is not shown, and of secrets that there is one. */
export function ConnectorAsItIs({
  kind,
  typed,
  has,
  isWhole = false,
}: Pick<ConnectorAsTyped, "kind" | "typed" | "has"> & {
  /** Nothing is folded: it is to be printed. */
  isWhole?: boolean;
}) {
  const t = useTranslations("connectors");
  const words = useFieldWords();
  const said = fieldsOf(kind).filter(
    (of) => isAsked(of, typed) && !isLeftOut(of, typed) && (typed[of.key] ?? "") !== "",
  );
  return (
    <div className="grid gap-3">
      {sections.map((section) => {
        const inSection = said.filter((of) => of.section === section);
        if (inSection.length === 0) return null;
        return (
          <details key={section} open={isWhole || section === "reach"}>
            <summary className="min-h-10 py-1.5 text-[16px] font-[650]">
              {t(`section.${section}`)}
            </summary>
            <dl className="grid grid-cols-[minmax(180px,auto)_minmax(0,1fr)] gap-x-5 gap-y-1.5 pt-1 text-[14px] max-md:grid-cols-1 [&>dt]:text-ink-2">
              {inSection.map(({ key, shape, choices }) => (
                <Line
                  key={key}
                  label={words.labelOf(`typed.${key}`)}
                  value={
                    choices && t.has(`choice.${key}.${typed[key]}`)
                      ? t(`choice.${key}.${typed[key]}`)
                      : shape === "presence" || shape === "truth"
                        ? t(typed[key] as "yes")
                        : (typed[key] ?? "")
                  }
                />
              ))}
              {section === "reach"
                ? secretNamesOf(kind)
                    .filter((name) => has.includes(name))
                    .map((name) => <Line key={name} label={t(`secret.${name}`)} value="•••" />)
                : null}
            </dl>
          </details>
        );
      })}
    </div>
  );
}

function Line({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className="mono text-[13px] whitespace-pre-wrap [overflow-wrap:anywhere]">{value}</dd>
    </>
  );
}
