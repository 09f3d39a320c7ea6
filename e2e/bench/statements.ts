import pg from "pg";

export type Statement = { text: string; values: unknown[] };

type Asked = { text: string; values?: unknown[] };
const isAppend = ({ text }: Asked) => text.trimStart().startsWith("select append(");

/**
 * The statements that this process sends to PostgreSQL during `work`. With `withholding`, no append is
 * carried out: each is answered as if it had been, and can be sent later by whoever measures it bare.
 */
export async function statementsOf(
  work: () => Promise<unknown>,
  { withholding }: { withholding: boolean },
): Promise<Statement[]> {
  // By connection: two of them take turns in time, and not in their transactions.
  const seen = new Map<pg.Client, Statement[]>();
  const { query } = pg.Client.prototype;
  const watched = function (this: pg.Client, asked: Asked | string, ...rest: unknown[]) {
    const told = typeof asked === "string" ? { text: asked, values: rest[0] as unknown[] } : asked;
    const values = Array.isArray(told.values) ? told.values : [];
    seen.set(this, [...(seen.get(this) ?? []), { text: told.text, values }]);
    const instead =
      withholding && isAppend(told)
        ? {
            ...told,
            // Another statement can't bear the name of the one it stands for.
            name: undefined,
            text: "select ''::text as append where $1::uuid is not null and $2::jsonb is not null",
          }
        : asked;
    return Reflect.apply(query, this, [instead, ...rest]);
  };
  Object.assign(pg.Client.prototype, { query: watched });
  try {
    await work();
  } finally {
    Object.assign(pg.Client.prototype, { query });
  }
  const all = [...seen.values()].flat();
  return withholding ? all.filter(isAppend) : all;
}

/** A connection of its own that sends statements one after another. */
export async function aSender(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    send: async (statements: readonly Statement[]): Promise<void> => {
      for (const { text, values } of statements) await client.query(text, values as never[]);
    },
    close: () => client.end(),
  };
}
