/**
 * What this version takes. A tablet that speaks another is told so, and loses nothing by it. It stands alone
 * because the tablet's page asks it, and must not carry the schemas for it.
 */
export const protocols = { oldest: 1, newest: 2 } as const;
