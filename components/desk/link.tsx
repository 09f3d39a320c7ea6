import NextLink from "next/link";
import type { ComponentProps } from "react";

/**
 * Asks for nothing before somebody follows it. Every room is made anew for each visit, so that nothing of one
 * fetched ahead would be shown; and a record has forty links in sight, each of which the server would answer.
 */
export const Link = (props: ComponentProps<typeof NextLink>) => (
  <NextLink {...props} prefetch={false} />
);
