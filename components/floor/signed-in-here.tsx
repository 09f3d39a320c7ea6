"use client";
import { useTranslations } from "next-intl";
import { Connection } from "./connection.tsx";
import { PersonTag } from "./person-tag.tsx";
import { useTablet } from "./tablet-context.tsx";

/**
 * Connection and who is signed in, where a signature is asked for. The person's menu is left out on purpose: nobody
 * hands over or signs out under a PIN that is being typed.
 */
export function SignedInHere() {
  const t = useTranslations("floor.sign");
  const { view } = useTablet();
  const person = view.signedIn?.person;
  return (
    <div className="flex shrink-0 items-center gap-5 leading-tight">
      <Connection />
      {person === undefined ? null : (
        <p className="flex items-center gap-2.5">
          <PersonTag person={person}>
            <span className="block text-[13px] text-ink-2">{t("signedIn")}</span>
          </PersonTag>
        </p>
      )}
    </div>
  );
}
