import { useTranslations } from "next-intl";
import { Moment } from "#components/desk/moment";
import { nameOf, type RecordWords } from "#components/desk/record-words";
import { RefusalWhy } from "#components/desk/refusal-words";
import type { RecordedEvent } from "#lib/travelers/events.schema";

/** What the rules turned away. Nothing came of it, and it stays on the record. */
export function RefusedAttempts({
  events,
  words,
}: {
  events: readonly RecordedEvent[];
  words: RecordWords;
}) {
  const t = useTranslations("desk.record");
  if (events.length === 0) return null;
  return (
    <section aria-labelledby="refused" className="mb-3 rounded border-[1.5px] border-rule bg-sheet">
      <h2 id="refused" className="border-b-[1.5px] border-rule px-4 py-2.5 text-[16px] font-bold">
        {t("refusedTitle")}
      </h2>
      <ul className="text-[15px]">
        {events.map((event) => {
          if (event.type !== "attempt.refused" && event.type !== "command.not_applied") return null;
          const { refusal: code, params, command } = event.body;
          return (
            <li
              key={event.seq}
              className="keep grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 border-t border-sunk px-4 py-2 first:border-t-0"
            >
              <span>
                <RefusalWhy refused={{ code, params }} />
                <span className="mono block text-[13px] text-ink-2">
                  {t.has(`command.${command}`) ? t(`command.${command}`) : command} ·{" "}
                  {/* A second signer who was turned away stands beside whoever is signed in. */}
                  {nameOf(words, event.second ?? event.person) ?? t("byRule")}
                </span>
              </span>
              <span className="mono text-[13px] text-ink-2">
                <Moment at={event.at} zone={words.zone} />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
