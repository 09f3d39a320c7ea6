"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Moment } from "#components/desk/moment";
import { ApprovePinReset, type ResetCode, ShownResetCode } from "#components/desk/shown-once";
import type { WaitingReset } from "#lib/people/badges.queries";

/** Half of a PIN reset: whoever asked sees that another has to come. */
export function WaitingResets({
  resets,
  actor,
  zone,
}: {
  resets: readonly WaitingReset[];
  actor: string;
  zone: string;
}) {
  const t = useTranslations("desk.people");
  // Kept here and not in the line: a redraw of the page takes the line away as soon as it is approved.
  const [made, setMade] = useState<ResetCode | null>(null);
  return (
    <>
      {resets.length === 0 ? null : (
        <section className="mb-5 rounded border-2 border-warn bg-warn-wash px-5 py-3">
          <h2 className="text-[17px] font-bold">{t("resetsTitle")}</h2>
          <ul>
            {resets.map((reset) => (
              <li
                key={reset.id}
                className="flex min-h-12 flex-wrap items-center justify-between gap-x-5 gap-y-1 py-1 text-[15px]"
              >
                <span>
                  <b className="font-[650]">{reset.name}</b>{" "}
                  <span className="text-ink-2">
                    {t("resetAsked", { name: reset.askedByName })} ·{" "}
                    <Moment at={reset.askedAt} zone={zone} />
                  </span>
                </span>
                {reset.askedBy === actor || reset.person === actor ? (
                  <span className="text-[14px] text-ink-2">{t("resetOwn")}</span>
                ) : (
                  <ApprovePinReset reset={reset.id} name={reset.name} onMade={setMade} />
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {made === null ? null : (
        <ShownResetCode made={made} zone={zone} onClose={() => setMade(null)} />
      )}
    </>
  );
}
