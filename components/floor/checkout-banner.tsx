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

/** Who else has the unit with them, that its time here is over, or that somebody took it over. Never in the way. */
export function CheckoutBanner() {
  const t = useTranslations("floor.checkout");
  const { core, view } = useTablet();
  const { state } = useWork();
  const nameOf = usePeople();
  const moment = useMomentText();
  const nowMs = useNow(10_000);
  const [isTaken, setTaken] = useState(false);
  const { checkout } = state;
  const device = view.session?.device.id ?? "";
  useEffect(() => {
    let isGone = false;
    void checkedOut(core).then((all) => {
      const here = all.find(({ traveler }) => traveler === state.id);
      if (!isGone) setTaken(here?.standing === "taken" && checkout?.device !== device);
    });
    return () => {
      isGone = true;
    };
  }, [core, state.id, checkout, device]);
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
  if (!isTaken) {
    return (
      <Notice tone="warn" role="status">
        <p className="font-bold">{t("elsewhere", who)}</p>
        <p className="mt-0.5 text-[16px]">{t("elsewhereNext")}</p>
      </Notice>
    );
  }
  const seen = async () => {
    await seenTaken(core, state.id);
    setTaken(false);
  };
  return (
    <Notice tone="warn" role="status">
      <p className="font-bold">{t("taken", who)}</p>
      <Reason hash={checkout.reason} />
      <p className="mt-0.5 text-[16px]">{t("takenNext")}</p>
      <Button className="mt-2" onClick={() => void seen()}>
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
