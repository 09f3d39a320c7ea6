import type { ReactNode } from "react";
import { PersonMark } from "./person-mark.tsx";

/** A person as the head of a screen names them: initials, name, and one thing more. */
export const PersonTag = ({
  person,
  children,
}: {
  person: { initials: string; name: string };
  children: ReactNode;
}) => (
  <>
    <PersonMark initials={person.initials} />
    <span className="max-w-[9.5em]">
      <b className="block truncate text-[15px]">{person.name}</b>
      {children}
    </span>
  </>
);
