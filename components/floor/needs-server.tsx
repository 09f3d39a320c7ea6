"use client";
import { useTranslations } from "next-intl";
import { Notice } from "./problem.tsx";
import { useTablet } from "./tablet-context.tsx";

/** Before anybody tries what the server alone decides: that it needs the connection. Nothing while there is one. */
export function NeedsServer({
  act,
}: {
  act: "complete" | "lot" | "checkOut" | "second" | "witness";
}) {
  const t = useTranslations("floor.needsServer");
  const { view } = useTablet();
  if (view.online) return null;
  return (
    <Notice tone="warn" role="status">
      {t(act)}
    </Notice>
  );
}
