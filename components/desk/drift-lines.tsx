import type { SchemaCheck } from "#lib/feed/connector-schema.schema";

type Drift = Pick<SchemaCheck, "gone" | "changed" | "problem">;

/** What is not there any more, what is otherwise, and what could not be read, in the words of whoever shows it. */
export function DriftLines({
  of: { gone, changed, problem },
  words,
}: {
  of: Drift;
  words: Readonly<Record<keyof Drift, string>>;
}) {
  const lines = [
    ...gone.map((path) => ({ key: path, label: words.gone, text: path })),
    ...changed.map(({ path, was, is }) => ({
      key: path,
      label: words.changed,
      text: `${path}: ${was} → ${is}`,
    })),
    ...(problem === null ? [] : [{ key: "problem", label: words.problem, text: problem }]),
  ];
  return (
    <ul className="grid gap-1">
      {lines.map(({ key, label, text }) => (
        <li key={key} className="text-stop">
          <b className="font-[650]">{label}</b>{" "}
          <span className="mono text-[13px] [overflow-wrap:anywhere]">{text}</span>
        </li>
      ))}
    </ul>
  );
}
