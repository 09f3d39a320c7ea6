export type StampShape = "round" | "square";
export type StampState =
  | "signed"
  | "pending_verification"
  | "voided"
  | "rejected"
  | "declined"
  | "open";

const inks: Record<StampState, string> = {
  signed: "text-ok",
  pending_verification: "text-warn",
  voided: "text-ink-3",
  rejected: "text-stop",
  declined: "text-stop",
  open: "text-act",
};

/**
 * The mark every buyoff leaves: round for operators, square for inspection; dashed while it is open
 * or waits for verification; struck through when it no longer counts. `label` says all of it in words.
 */
export function Stamp({
  number,
  shape,
  state,
  label,
  size = 60,
  fresh = false,
}: {
  number: string;
  shape: StampShape;
  state: StampState;
  label: string;
  size?: number;
  /** Just made: it lands on the paper once. */
  fresh?: boolean;
}) {
  const lines = number.split(/[-\s]/).slice(0, 2);
  const dash = state === "pending_verification" || state === "open" ? "5 4" : undefined;
  const struck = state === "voided" || state === "rejected" || state === "declined";
  const corner = shape === "round" ? 29 : 9;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox="0 0 64 64"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      className={`shrink-0 ${inks[state]} ${fresh ? "animate-stamped" : ""}`}
    >
      <g transform="rotate(-7 32 32)">
        <rect
          x="3"
          y="3"
          width="58"
          height="58"
          rx={corner}
          strokeWidth="3.2"
          strokeDasharray={dash}
        />
        <rect
          x="8.5"
          y="8.5"
          width="47"
          height="47"
          rx={corner - 4}
          strokeWidth="1.4"
          strokeDasharray={dash}
        />
        <g
          fill="currentColor"
          stroke="none"
          textAnchor="middle"
          fontFamily="var(--font-mono)"
          fontWeight="750"
          fontSize={Math.max(...lines.map((line) => line.length), 2) > 4 ? 11 : 15}
        >
          {lines.map((line, index) => (
            <text key={line} x="32" y={lines.length === 1 ? 37 : 29 + index * 16}>
              {line}
            </text>
          ))}
        </g>
        {struck ? <path d="M6 42 58 22" strokeWidth="3.2" /> : null}
      </g>
    </svg>
  );
}
