"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { instant } from "#lib/kit/time";
import { checkedOut, seenTaken, standingHere } from "#lib/offline/checkouts";
import { useMomentText } from "./language.tsx";
import { Notice } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";
import { useNow } from "./use-now.ts";
import { usePeople, useWork } from "./work-context.tsx";

/** That another tablet or the desk took the unit from this one, until somebody has seen it. */
function useUnseen() {
  const { core, view } = useTablet();
  const { state } = useWork();
  const [unseen, setUnseen] = useState<"taken" | "ended" | null>(null);
  const { checkout, checkoutEnded } = state;
  const device = view.session?.device.id ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked up again when its check-out changes.
  useEffect(() => {
    let isGone = false;
    void checkedOut(core).then((all) => {
      const standing = all.find(({ traveler }) => traveler === state.id)?.standing;
      const isTold = standing === "taken" || standing === "ended";
      if (!isGone) setUnseen(isTold ? standing : null);
    });
    return () => {
      isGone = true;
    };
  }, [core, state.id, checkout, checkoutEnded, device]);
  const seen = async () => {
    await seenTaken(core, state.id);
    setUnseen(null);
  };
  return { unseen, seen, device };
}

/** Who else has the unit with them, that its time here is over, or that somebody took it over. Never in the way. */
export function CheckoutBanner() {
  const t = useTranslations("floor.checkout");
  const { core } = useTablet();
  const { state } = useWork();
  const nameOf = usePeople();
  const moment = useMomentText();
  const nowMs = useNow(10_000);
  const { unseen, seen, device } = useUnseen();
  const { checkout, checkoutEnded } = state;
  if (unseen === "ended" && checkoutEnded !== undefined) {
    const { person, at, reason } = checkoutEnded;
    const title = t("ended", { name: nameOf(person).name, since: moment(at) });
    return <Unseen title={title} reason={reason} onSeen={seen} />;
  }
  const standing = standingHere(state, device, instant(nowMs ?? core.nowMs()));
  if (checkout === undefined || standing === null || standing === "here") return null;
  if (standing === "over") {
    return (
      <Notice tone="warn" role="status">
        <p className="font-bold">{t("over", { until: moment(checkout.until) })}</p>
        <p className="mt-0.5 text-[16px]">{t("overNext")}</p>
      </Notice>
    );
  }
  const who = {
    name: nameOf(checkout.person).name,
    tablet: checkout.tablet,
    station: checkout.station,
    since: moment(checkout.at),
    until: moment(checkout.until),
  };
  if (unseen !== "taken") {
    return (
      <Notice tone="warn" role="status">
        <p className="font-bold">{t("elsewhere", who)}</p>
        <p className="mt-0.5 text-[16px]">{t("elsewhereNext")}</p>
      </Notice>
    );
  }
  return <Unseen title={t("taken", who)} reason={checkout.reason} onSeen={seen} />;
}

/** Who took it from this tablet, and in whose words why. */
function Unseen({
  title,
  reason,
  onSeen,
}: {
  title: string;
  reason: string | null;
  onSeen: () => Promise<void>;
}) {
  const t = useTranslations("floor.checkout");
  return (
    <Notice tone="warn" role="status">
      <p className="font-bold">{title}</p>
      <Reason hash={reason} />
      <p className="mt-0.5 text-[16px]">{t("takenNext")}</p>
      <Button className="mt-2" onClick={() => void onSeen()}>
        {t("seen")}
      </Button>
    </Notice>
  );
}

function Reason({ hash }: { hash: string | null }) {
  const { packet } = useWork();
  const text = hash === null ? undefined : packet.texts[hash];
  return text === undefined ? null : <p className="mt-0.5 text-[17px]">“{text}”</p>;
}
