"use client";
import { useTranslations } from "next-intl";
import { FieldsForm } from "#components/desk/fields-form";
import type { LotFamily } from "#lib/travelers/family.queries";
import type { LotBalance } from "#lib/travelers/lot-balance.rules";
import * as actions from "#lib/travelers/lots.actions";
import * as forms from "#lib/travelers/lots.schema";

type Option = { value: string; label: string };
export type LotFacts = {
  traveler: string;
  lot: string;
  balance: LotBalance;
  isOpen: boolean;
  isNumbered: boolean;
  family: LotFamily;
  /** Open defects, which may leave with their pieces. */
  defects: readonly Option[];
  holdReasons: readonly Option[];
};

/** What a supervisor or quality does with a lot, as on a tablet: the same rules answer. */
export function LotActs(lot: LotFacts) {
  const t = useTranslations("desk.lot");
  if (!lot.isOpen && lot.isNumbered) return null;
  return (
    <section aria-label={t("title")} className="grid justify-items-start gap-2.5">
      <h2 className="text-[17px] font-bold">{t("title")}</h2>
      {lot.isOpen ? (
        <>
          <Split {...lot} />
          <Merge {...lot} />
          <Count {...lot} />
        </>
      ) : null}
      {lot.isNumbered ? null : <Serials {...lot} />}
    </section>
  );
}

function Split({ traveler, lot, balance, isNumbered, defects, holdReasons }: LotFacts) {
  const t = useTranslations("desk.lot.split");
  return (
    <FieldsForm<Omit<forms.SplitForm, "command">>
      label={t("open")}
      title={t("title", { lot })}
      send={t("send")}
      schema={forms.splitForm}
      action={actions.splitLot}
      initial={{ traveler, quantity: "", hold: "", defects: [], serials: "", reason: "" }}
      fields={[
        {
          name: "quantity",
          label: t("quantity"),
          hint: t("quantityHint", { of: balance.remaining }),
          kind: "mono",
        },
        ...(isNumbered
          ? [
              {
                name: "serials" as const,
                label: t("serials"),
                hint: t("serialsHint"),
                kind: "area" as const,
              },
            ]
          : []),
        ...(defects.length > 0
          ? [
              {
                name: "defects" as const,
                label: t("defects"),
                kind: "checks" as const,
                options: defects,
              },
            ]
          : []),
        {
          name: "hold",
          label: t("hold"),
          hint: t("holdHint"),
          kind: "select",
          options: holdReasons,
        },
        { name: "reason", label: t("reason"), kind: "area" },
      ]}
    />
  );
}

/** Only what the rules let become one is offered; of the others it says why not. */
function Merge({ traveler, lot, family }: LotFacts) {
  const t = useTranslations("desk.lot.merge");
  const common = useTranslations("common.mergeWhy");
  const { own, lots } = family;
  const free = own === null ? lots.filter(({ why }) => why === null) : [];
  const tied = lots.filter(({ why }) => why !== null);
  return (
    <>
      {free.length === 0 ? null : (
        <FieldsForm<Omit<forms.MergeForm, "command">>
          label={t("open")}
          title={t("title", { lot })}
          send={t("send")}
          schema={forms.mergeForm}
          action={actions.mergeLots}
          initial={{ traveler, from: [], reason: "" }}
          fields={[
            {
              name: "from",
              label: t("from"),
              kind: "checks",
              options: free.map((of) => ({
                value: of.traveler,
                label: t("lot", { lot: of.lot, quantity: of.remaining }),
              })),
            },
            { name: "reason", label: t("reason"), kind: "area" },
          ]}
        />
      )}
      {lots.length === 0 ? null : (
        <p className="text-[14px] leading-snug text-ink-2">
          {own === null
            ? tied
                .map((of) => t("notThis", { lot: of.lot, why: common(of.why ?? "closed") }))
                .join(" ")
            : t("tied", { why: common(own) })}
        </p>
      )}
    </>
  );
}

function Count({ traveler, lot, balance }: LotFacts) {
  const t = useTranslations("desk.lot.count");
  const { scrapped, transferredOut } = balance;
  return (
    <FieldsForm<Omit<forms.CountForm, "command">>
      label={t("open")}
      title={t("title", { lot })}
      send={t("send")}
      schema={forms.countForm}
      action={actions.countLot}
      initial={{ traveler, accepted: "", scrapped, transferredOut }}
      fields={[
        { name: "accepted", label: t("accepted"), hint: t("acceptedHint"), kind: "mono" },
        { name: "scrapped", label: t("scrapped"), kind: "mono" },
        { name: "transferredOut", label: t("transferredOut"), kind: "mono" },
      ]}
    />
  );
}

function Serials({ traveler, lot, balance }: LotFacts) {
  const t = useTranslations("desk.lot.serials");
  return (
    <FieldsForm<Omit<forms.SerialsForm, "command">>
      label={t("open")}
      title={t("title", { lot })}
      send={t("send")}
      schema={forms.serialsForm}
      action={actions.assignSerials}
      initial={{ traveler, serials: "" }}
      fields={[
        {
          name: "serials",
          label: t("serials"),
          hint: t("serialsHint", { quantity: balance.remaining }),
          kind: "area",
        },
      ]}
    />
  );
}
