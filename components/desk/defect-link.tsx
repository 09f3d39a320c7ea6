import type { ReactNode } from "react";
import { Link } from "#components/desk/link";

/** Leads to the defect's page for who may open it, and is plain words for everybody else. */
export function DefectLink({
  defect,
  opens,
  className,
  children,
}: {
  defect: string;
  opens: boolean;
  className: string;
  children: ReactNode;
}) {
  return opens ? (
    <Link
      href={`/defects/${defect}`}
      className={`underline decoration-1 underline-offset-4 ${className}`}
    >
      {children}
    </Link>
  ) : (
    <span className={className}>{children}</span>
  );
}
