import { useTranslations } from "next-intl";
import { Chip } from "#components/ui/chip";
import { stateOfHeld } from "#lib/people/qualifications.rules";

const tones = {
  in_force: "ok",
  soon: "warn",
  not_yet: "plain",
  lapsed: "stop",
  withdrawn: "stop",
} as const;

export function QualificationState({
  of,
  today,
}: {
  of: { validFrom: string; validUntil: string | null; withdrawnOn: string | null };
  today: string;
}) {
  const t = useTranslations("desk.qualifications");
  const state = stateOfHeld(of, today);
  return <Chip tone={tones[state]}>{t(`states.${state}`)}</Chip>;
}
