import type { ReactNode } from "react";
import { type BandLimits, bandMarks, bandPlace, limitsText } from "#lib/kit/band";

/**
 * The little band every measured value lands on, wherever it is shown. Drawn with attributes and not
 * with styles, so that it needs no exception in the content security policy. The numbers here only
 * place marks; whether a value is within its limits is decided by the rules, in decimals.
 */
export function LimitBand({
  value,
  limits,
  process = null,
  out = false,
  label,
  size = "full",
}: {
  value: string | null;
  limits: BandLimits;
  process?: BandLimits | null;
  /** As judged by the rules. */
  out?: boolean;
  label: string;
  size?: "full" | "row";
}) {
  const full = size === "full";
  const height = full ? 34 : 16;
  const bar = full ? { y: 11, height: 12 } : { y: 3, height: 10 };
  const { left, right, edges } = bandMarks(limits);
  const mark = value === null ? null : bandPlace(value, limits);
  return (
    <svg
      role="img"
      aria-label={label}
      width="100%"
      height={height}
      className="block overflow-visible"
    >
      <rect x="0" y={bar.y} width="100%" height={bar.height} rx="5" className="fill-sunk" />
      <rect
        x={`${left}%`}
        y={bar.y - (full ? 4 : 0)}
        width={`${right - left}%`}
        height={bar.height + (full ? 8 : 0)}
        className="fill-ok-wash"
      />
      {edges.map((edge) => (
        <Edge key={edge} at={edge} full={full} />
      ))}
      {process?.min == null ? null : <Tick at={bandPlace(process.min, limits)} height={height} />}
      {process?.max == null ? null : <Tick at={bandPlace(process.max, limits)} height={height} />}
      {mark === null ? null : <Needle at={mark} height={height} out={out} full={full} />}
    </svg>
  );
}

const Edge = ({ at, full }: { at: number; full: boolean }) => (
  <line
    x1={`${at}%`}
    x2={`${at}%`}
    y1={full ? 5 : 2}
    y2={full ? 29 : 14}
    strokeWidth={full ? 3 : 2}
    className="stroke-ok"
  />
);

const Tick = ({ at, height }: { at: number; height: number }) => (
  <line
    x1={`${at}%`}
    x2={`${at}%`}
    y1="4"
    y2={height - 4}
    strokeWidth="1.5"
    strokeDasharray="2 2"
    className="stroke-ink-2"
  />
);

/** A bar within the limits; a bar with an arrowhead beyond them, so that it is told apart without colour. */
const Needle = ({
  at,
  height,
  out,
  full,
}: {
  at: number;
  height: number;
  out: boolean;
  full: boolean;
}) => (
  <>
    <line
      x1={`${at}%`}
      x2={`${at}%`}
      y1="0"
      y2={height}
      strokeWidth={full ? 5 : 4}
      strokeLinecap="round"
      className={out ? "stroke-stop" : "stroke-ink"}
    />
    {out ? (
      <svg
        x={`${at}%`}
        y={full ? -9 : -5}
        width="1"
        height="1"
        className="overflow-visible"
        aria-hidden
      >
        <path d={full ? "M-8 0H8L0 10Z" : "M-5 0H5L0 6Z"} className="fill-stop" />
      </svg>
    ) : null}
  </>
);

/** The limits' numbers under their marks, and between them what has to be said about the value. */
export function LimitNumbers({
  limits,
  shown,
  children,
}: {
  limits: BandLimits;
  shown: (value: string) => string;
  children?: ReactNode;
}) {
  const { edges } = bandMarks(limits);
  const [only] = edges;
  const isSingle = edges.length === 1 && only === 50;
  return (
    <p className="mono grid grid-cols-[28%_1fr_28%] text-[14px] font-[600] text-ink-2">
      <span className="pl-[50%] whitespace-nowrap">
        {isSingle || limits.min === null ? "" : shown(limits.min)}
      </span>
      <span className="text-center">
        {isSingle ? limitsText(limits, shown) : null} {children}
      </span>
      <span className="pr-[50%] text-right whitespace-nowrap">
        {isSingle || limits.max === null ? "" : shown(limits.max)}
      </span>
    </p>
  );
}
