import { useTranslations } from "next-intl";
import { ReviewDevice } from "#components/desk/conflict-acts";
import { Moment } from "#components/desk/moment";
import type { RecordWords } from "#components/desk/record-words";
import { RefusalWhy } from "#components/desk/refusal-words";
import type { DeviceLine } from "#lib/travelers/conflicts.queries";

/** A gap in a tablet's count, a copy of it, or an act of it that no unit's record could take. */
export function DeviceLineItem({ line, words }: { line: DeviceLine; words: RecordWords }) {
  const t = useTranslations("desk.conflicts");
  const { entry, device, seq, name } = line;
  const body = entry.body as {
    kind?: "missing" | "restarted" | "forked" | "wiped";
    expected?: { seq: number };
    received?: { seq: number } | null;
    refusal?: string;
    params?: Record<string, string>;
  };
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 rounded border-[1.5px] border-rule border-l-[6px] border-l-stop bg-sheet px-5 py-3 text-[15px]">
      <div className="min-w-0 flex-1 break-words">
        <p className="font-[650]">
          {body.kind === undefined ? (
            <RefusalWhy refused={{ code: body.refusal ?? "", params: body.params ?? {} }} />
          ) : (
            t(`gap.${body.kind}`, {
              expected: body.expected?.seq ?? 0,
              received: body.received?.seq ?? 0,
            })
          )}
        </p>
        <p className="text-ink-2">
          {name}
          {entry.station === null ? null : ` · ${entry.station}`} ·{" "}
          <Moment at={entry.recordedAt} zone={words.zone} />
        </p>
      </div>
      <ReviewDevice device={device} entry={seq} name={name} />
    </li>
  );
}
