"use client";
import { useTranslations } from "next-intl";
import { RefusalNote } from "#components/desk/refusal-note";
import { useCommandForm } from "#components/desk/use-command-form";
import { Button } from "#components/ui/button";
import { acceptTraveler } from "#lib/defects/actions";
import { type ActOnTraveler, actOnTraveler } from "#lib/defects/schema";

/** Acceptance is the server's own decision on the present state: one press, answered at once. */
export function AcceptTraveler({ traveler }: { traveler: string }) {
  const t = useTranslations("desk.accept");
  const { submit, refusal, busy } = useCommandForm<ActOnTraveler>({
    schema: actOnTraveler,
    action: acceptTraveler,
    initial: { traveler },
    onDone: () => undefined,
  });
  return (
    <form onSubmit={submit} className="grid gap-3">
      {refusal === null ? null : <RefusalNote key={refusal.at} refusal={refusal.refused} />}
      <Button type="submit" size="desk" tone="accept" busy={busy} className="min-h-11">
        {t("accept")}
      </Button>
    </form>
  );
}
