"use client";
import { useTranslations } from "next-intl";
import { type FieldSpec, FieldsForm } from "#components/desk/fields-form";
import { ask, plan, replan, retry } from "#lib/feed/drops.actions";
import {
  type DropForm,
  disclosures,
  dropForm,
  type PlanForm,
  planForm,
  type ReplanForm,
  type RetryForm,
  replanForm,
  retryForm,
} from "#lib/feed/drops.schema";

type Named = { id: string; name: string };
type Ends = { places: readonly Named[]; systems: readonly Named[] };

const choices = (of: readonly Named[]) => of.map(({ id, name }) => ({ value: id, label: name }));

/** What a batch asked for now and one of every night have in common. */
function useBatchFields({ places, systems }: Ends) {
  const t = useTranslations("desk.drops");
  return {
    connector: { name: "connector", label: t("place"), kind: "select", options: choices(places) },
    part: { name: "part", label: t("part"), hint: t("partHint"), kind: "mono" },
    told: {
      name: "told",
      label: t("tell"),
      hint: t("tellHint"),
      kind: "select",
      options: [{ value: "nobody", label: t("nobody") }, ...choices(systems)],
    },
    discloses: {
      name: "discloses",
      label: t("discloses"),
      hint: t("disclosesHint"),
      kind: "select",
      options: disclosures.map((value) => ({ value, label: t(`disclosure.${value}`) })),
    },
  } as const satisfies Record<string, FieldSpec<PlanForm>>;
}

const only = (places: readonly Named[]): string =>
  places.length === 1 ? (places[0]?.id ?? "") : "";

export function AskDrop({ from, to, ...ends }: Ends & { from: string; to: string }) {
  const t = useTranslations("desk.drops");
  const { connector, part, told, discloses } = useBatchFields(ends);
  return (
    <FieldsForm<DropForm>
      label={t("ask")}
      title={t("askTitle")}
      lead={t("askLead")}
      send={t("askSend")}
      tone="act"
      schema={dropForm}
      action={ask}
      initial={{
        connector: only(ends.places),
        told: "nobody",
        from,
        to,
        order: "",
        part: "",
        discloses: "words",
      }}
      fields={[
        connector,
        told,
        { name: "from", label: t("from"), kind: "day" },
        { name: "to", label: t("to"), hint: t("toHint"), kind: "day" },
        { name: "order", label: t("order"), hint: t("orderHint"), kind: "mono" },
        part,
        discloses,
      ]}
    />
  );
}

const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));

function useHour() {
  const t = useTranslations("desk.drops");
  return {
    name: "hour" as const,
    label: t("hour"),
    hint: t("hourHint"),
    kind: "select" as const,
    options: [
      ...hours.map((value) => ({ value, label: `${value}:00` })),
      { value: "never", label: t("never") },
    ],
  };
}

export function PlanDrop({ from, ...ends }: Ends & { from: string }) {
  const t = useTranslations("desk.drops");
  const { connector, part, told, discloses } = useBatchFields(ends);
  return (
    <FieldsForm<PlanForm>
      label={t("plan")}
      title={t("planTitle")}
      lead={t("planLead")}
      send={t("planSend")}
      schema={planForm}
      action={plan}
      initial={{
        connector: only(ends.places),
        told: "nobody",
        from,
        part: "",
        discloses: "words",
        hour: "03",
        reason: "",
      }}
      fields={[
        connector,
        told,
        { name: "from", label: t("planFrom"), kind: "day" },
        useHour(),
        part,
        discloses,
        { name: "reason", label: t("reason"), kind: "area" },
      ]}
    />
  );
}

export function ReplanDrop({
  plan: id,
  name,
  hour,
}: {
  plan: string;
  name: string;
  hour: number | null;
}) {
  const t = useTranslations("desk.drops");
  return (
    <FieldsForm<ReplanForm>
      label={t("replan")}
      title={t("replanTitle", { name })}
      send={t("replanSend")}
      schema={replanForm}
      action={replan}
      initial={{
        plan: id,
        hour: hour === null ? "never" : String(hour).padStart(2, "0"),
        reason: "",
      }}
      fields={[useHour(), { name: "reason", label: t("reason"), kind: "area" }]}
    />
  );
}

export function RetryDrop({ drop }: { drop: string }) {
  const t = useTranslations("desk.drops");
  return (
    <FieldsForm<RetryForm>
      label={t("retry")}
      title={t("retryTitle")}
      send={t("retrySend")}
      tone="act"
      schema={retryForm}
      action={retry}
      initial={{ drop, reason: "" }}
      fields={[{ name: "reason", label: t("retryReason"), kind: "area" }]}
    />
  );
}
