"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button";
import { Chip } from "#components/ui/chip";
import { Logo } from "#components/ui/logo";
import { lookAtCheckedOut } from "#lib/offline/checkouts";
import { findTraveler, refreshQueue } from "#lib/offline/packets";
import type { WaitingTraveler } from "#lib/offline/wire.schema";
import { CheckoutsDialog, useCheckedOut } from "./checkouts-dialog.tsx";
import { Connection } from "./connection.tsx";
import { DemoButton } from "./demo-drawer.tsx";
import { HandOver } from "./hand-over.tsx";
import { useMomentText, useWords } from "./language.tsx";
import { PersonButton } from "./person-menu.tsx";
import { type Problem, problemOf, ServerProblem } from "./problem.tsx";
import { useScan } from "./scanning.tsx";
import { useTablet } from "./tablet-context.tsx";

const REFRESH_MS = 20_000;

export function QueueScreen({
  onOpen,
  problem,
  onProblem,
}: {
  onOpen: (traveler: string) => Promise<void>;
  problem: Problem | null;
  onProblem: (problem: Problem | null) => void;
}) {
  const t = useTranslations("floor.queue");
  const { core, view } = useTablet();
  const [opening, setOpening] = useState<string | null>(null);
  const checkout = useTranslations("floor.checkout");
  const [isTakingOut, setCheckouts] = useState(false);
  const [badge, setBadge] = useState<string | null>(null);
  const here = useCheckedOut();
  const { read } = here;
  useEffect(() => {
    const look = () =>
      void refreshQueue(core)
        .then(() => lookAtCheckedOut(core))
        // What was found out of the units that are with this tablet is told now, and not at the next look.
        .then(read);
    look();
    const timer = setInterval(look, REFRESH_MS);
    return () => clearInterval(timer);
  }, [core, read]);
  const open = async (traveler: string) => {
    setOpening(traveler);
    onProblem(null);
    await onOpen(traveler);
    setOpening(null);
  };
  const find = async (code: string) => {
    setOpening(code);
    onProblem(null);
    const found = await findTraveler(core, code);
    setOpening(null);
    if (found.kind === "ok") await open(found.value.id);
    else onProblem(problemOf(found));
  };
  useScan((scan) => {
    if (scan.kind === "badge") setBadge(scan.text);
    else if (scan.kind === "traveler") void open(scan.id);
    else void find(scan.text);
  });
  const travelers = view.queue?.travelers ?? null;
  return (
    <div className="floor relative flex h-dvh flex-col overflow-hidden">
      <header className="flex min-h-[84px] items-center gap-6 border-b-2 border-rule bg-sheet px-6">
        <span className="flex min-w-0 flex-1 items-center gap-4">
          <Logo size={46} />
          <span className="leading-tight">
            <b className="mono block text-[24px]">{view.session?.station.code}</b>
            <span className="text-[15px] text-ink-2">{view.session?.station.name}</span>
          </span>
        </span>
        <Connection />
        <PersonButton />
      </header>
      <main className="min-h-0 flex-1 overflow-auto px-8 pt-6 pb-4">
        <div className="flex items-baseline gap-3">
          <h1 className="text-[36px] leading-tight font-bold tracking-[-0.015em]">{t("title")}</h1>
          {travelers === null || travelers.length === 0 ? null : (
            <span className="mono text-[24px] font-[600] text-ink-2">{travelers.length}</span>
          )}
        </div>
        <p className="mb-5 text-[19px] text-ink-2">{t("explain")}</p>
        {problem === null ? null : (
          <div className="mb-5">
            <ServerProblem problem={problem} area="find" />
          </div>
        )}
        <List travelers={travelers} opening={opening} onOpen={(id) => void open(id)} />
      </main>
      <footer className="flex min-h-[88px] items-center gap-4 border-t-2 border-rule px-8 py-2">
        <DemoButton />
        <Button onClick={() => setCheckouts(true)}>
          {checkout("open", { count: here.all?.length ?? 0 })}
          {here.all?.some(({ standing }) => standing !== "here") ? (
            <span className="ml-3">
              <Chip tone="warn">{checkout("look")}</Chip>
            </span>
          ) : null}
        </Button>
        <span role="status" className="text-[16px] text-ink-2">
          {opening === null ? "" : t("opening")}
        </span>
      </footer>
      {isTakingOut ? (
        <CheckoutsDialog
          here={here}
          travelers={travelers ?? []}
          onClose={() => setCheckouts(false)}
        />
      ) : null}
      {badge === null ? null : <HandOver badge={badge} onClose={() => setBadge(null)} />}
    </div>
  );
}

/** Without a network: the units that this tablet has and can open; null with one. */
function useOpenable(): ReadonlySet<string> | null {
  const { core, view } = useTablet();
  const [here, setHere] = useState<ReadonlySet<string> | null>(null);
  const { online, queue } = view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: read again with each look at the queue.
  useEffect(() => {
    let isGone = false;
    if (online) setHere(null);
    else
      void core.db.getAllKeys("packets").then((keys) => {
        if (!isGone) setHere(new Set(keys));
      });
    return () => {
      isGone = true;
    };
  }, [core, online, queue]);
  return here;
}

function List({
  travelers,
  opening,
  onOpen,
}: {
  travelers: readonly WaitingTraveler[] | null;
  opening: string | null;
  onOpen: (id: string) => void;
}) {
  const t = useTranslations("floor.queue");
  const words = useWords();
  const openable = useOpenable();
  if (travelers === null) {
    return <p className="text-[19px] text-ink-2">{t("loading")}</p>;
  }
  if (travelers.length === 0) {
    return (
      <div className="mt-4 max-w-[44em] rounded border-2 border-dashed border-edge p-8">
        <p className="text-[24px] font-bold">{t("empty")}</p>
        <p className="mt-1 text-[19px] text-ink-2">{t("emptyNext")}</p>
      </div>
    );
  }
  const title = ({ words: said, operation }: WaitingTraveler) =>
    said === undefined ? operation?.title : words(said.operation);
  return (
    <ul className="grid gap-3">
      {travelers.map((traveler) => (
        <li key={traveler.id}>
          <Button
            size="record"
            className="grid w-full grid-cols-[220px_minmax(0,1fr)_auto] items-center gap-6 py-3 text-left max-[1100px]:grid-cols-[190px_minmax(0,1fr)_auto] max-[1100px]:gap-4 max-[1100px]:px-4"
            busy={opening === traveler.id}
            disabled={opening !== null}
            onClick={() => onOpen(traveler.id)}
          >
            <span>
              <b className="mono block text-[28px]">{traveler.unit}</b>
              <span className="mono text-[15px] font-medium text-ink-2">{traveler.workOrder}</span>
            </span>
            <span className="min-w-0 font-medium">
              <span className="block truncate text-[20px] font-[650]">
                {traveler.operation === null
                  ? t("finish")
                  : `${traveler.operation.number} ${title(traveler)}`}
              </span>
              <span className="block truncate text-[16px] text-ink-2">
                {traveler.words === undefined ? traveler.partName : words(traveler.words.part)} ·{" "}
                <span className="mono">{traveler.instruction}</span>
              </span>
            </span>
            <States
              traveler={traveler}
              isOutOfReach={openable !== null && !openable.has(traveler.id)}
            />
          </Button>
        </li>
      ))}
    </ul>
  );
}

function States({ traveler, isOutOfReach }: { traveler: WaitingTraveler; isOutOfReach: boolean }) {
  const t = useTranslations("floor.queue");
  const common = useTranslations("common.travelerStatus");
  const checkout = useTranslations("floor.checkout");
  const { view } = useTablet();
  const moment = useMomentText();
  return (
    <span className="flex flex-wrap justify-end gap-2">
      {isOutOfReach ? <Chip tone="warn">{t("outOfReach")}</Chip> : null}
      {traveler.holds > 0 ? <Chip tone="stop">{common("on_hold")}</Chip> : null}
      {traveler.defects > 0 ? (
        <Chip tone="warn">{t("defects", { count: traveler.defects })}</Chip>
      ) : null}
      {traveler.witnessUntil == null ? null : (
        <Chip tone="warn">{t("witnessUntil", { time: moment(traveler.witnessUntil) })}</Chip>
      )}
      {traveler.checkout == null || traveler.checkout.device === view.session?.device.id ? null : (
        <Chip tone="warn">{checkout("chip", { station: traveler.checkout.station })}</Chip>
      )}
      {traveler.isCalled === true ? <Chip tone="warn">{t("called")}</Chip> : null}
      {traveler.buyoffDue ? <Chip tone="act">{t("buyoffDue")}</Chip> : null}
      {traveler.holds === 0 && !traveler.buyoffDue ? (
        <Chip tone={traveler.status === "in_work" ? "act" : "plain"}>
          {common(traveler.status)}
        </Chip>
      ) : null}
    </span>
  );
}
