import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { db, forSite, inTransaction, type Tx } from "#lib/db/client";
import { direct } from "#lib/db/direct";
import { aPlant, asAdministrator, released, untilSomebodyWaits } from "#lib/db/test-record-plant";
import { uuidv7 } from "#lib/kit/ids";
import { isUndecidable, notAppended, sqlState } from "./append.commands.ts";
import { chained, outsideTravelers } from "./chain.rules.ts";
import { askNothing, loadForCommand } from "./load.queries.ts";
import type { StreamKind } from "./schema.ts";

const zero = { seq: 0, hash: null };

/** One entry of a stream, as `append` takes it. */
function anEntry(
  site: string,
  stream: string,
  kind: StreamKind,
  from = zero as { seq: number; hash: string | null },
) {
  const at = new Date().toISOString();
  const { sealed, head } = chained(from, [
    {
      ...outsideTravelers,
      stream,
      kind,
      type: "test.happened",
      typeVersion: 1,
      site,
      command: null,
      person: null,
      card: null,
      second: null,
      device: null,
      station: null,
      shift: null,
      occurredAt: at,
      clock: null,
      recordedAt: at,
      body: {},
    },
  ]);
  return {
    streams: [{ id: stream, kind, expected: from.seq, head: head.hash }],
    entries: sealed.map(({ line, hash, entry }) => ({ ...entry, line, hash })),
    head,
  };
}

/** What `append` ends with: null, or the code of its refusal. */
const appended = (site: string, decision: unknown): Promise<string | null> =>
  db.$queryRaw`select append(${site}::uuid, ${JSON.stringify(decision)}::jsonb)::text`.then(
    () => null,
    (error) => sqlState(error) ?? String(error),
  );

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  return client;
}

/** An append that is not committed before `work` is over. */
async function whileOpen<T>(site: string, decision: unknown, work: () => Promise<T>): Promise<T> {
  const client = await connected();
  try {
    await client.query("begin");
    await client.query("select append($1, $2)", [site, JSON.stringify(decision)]);
    return await work();
  } finally {
    await client.query("rollback");
    await client.end();
  }
}

/** As `appended`, but nobody is waited for: 55P03 where somebody would be. */
async function atOnce(site: string, decision: unknown): Promise<string | null> {
  const client = await connected();
  try {
    await client.query("begin");
    await client.query("set local lock_timeout = '200ms'");
    await client.query("select append($1, $2)", [site, JSON.stringify(decision)]);
    return null;
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error);
  } finally {
    await client.query("rollback");
    await client.end();
  }
}

describe("what an append was decided on", () => {
  it("has not moved: a head that is further is refused, and nothing is written (BY001)", async () => {
    const { site } = await aPlant();
    const stream = uuidv7();
    const first = anEntry(site, stream, "feed");
    expect(await appended(site, first)).toBeNull();
    expect(await appended(site, anEntry(site, stream, "feed"))).toBe("BY001");
    const tooFar = anEntry(site, stream, "feed", { seq: 2, hash: first.head.hash });
    expect(await appended(site, tooFar)).toBe("BY001");
    expect(await appended(site, anEntry(site, stream, "feed", first.head))).toBeNull();
    expect(await forSite(site).entry.count()).toBe(2);
  });

  it("has not moved where it was only read (BY002), also where nobody had written to it", async () => {
    const { site } = await aPlant();
    const gage = uuidv7();
    const guards = [{ id: gage, kind: "gage", seq: 0 }];
    expect(await appended(site, { ...anEntry(site, uuidv7(), "feed"), guards })).toBeNull();
    expect(await appended(site, anEntry(site, gage, "gage"))).toBeNull();
    expect(await appended(site, { ...anEntry(site, uuidv7(), "feed"), guards })).toBe("BY002");
  });

  it("is the tablet's count: a second one that follows the same command is refused (BY005)", async () => {
    const plant = await aPlant();
    const { device } = await plant.tablet();
    const of = (seq: number, expected: number) => ({
      ...anEntry(plant.site, uuidv7(), "feed"),
      device: { id: device, expected, seq, hash: "a".repeat(64) },
    });
    expect(await appended(plant.site, of(1, 0))).toBeNull();
    expect(await appended(plant.site, of(1, 0))).toBe("BY005");
    expect(await appended(plant.site, of(2, 1))).toBeNull();
    expect(await forSite(plant.site).entry.count()).toBe(2);
  });

  it("ends in the entries that were named: one left out or doubled is refused (BY006)", async () => {
    const { site } = await aPlant();
    const stream = uuidv7();
    const first = anEntry(site, stream, "feed");
    const second = anEntry(site, stream, "feed", first.head);
    const streams = [{ id: stream, kind: "feed", expected: 0, head: second.head.hash }];
    expect(await appended(site, { streams, entries: first.entries })).toBe("BY006");
    const both = [...first.entries, ...second.entries];
    expect(await appended(site, { streams, entries: both })).toBeNull();
  });

  it("is written by nobody for a stream of another kind or another site", async () => {
    const [here, there] = [await aPlant(), await aPlant()];
    const stream = uuidv7();
    const first = anEntry(there.site, stream, "feed");
    expect(await appended(there.site, first)).toBeNull();
    expect(
      await appended(there.site, anEntry(there.site, stream, "gage", first.head)),
    ).not.toBeNull();
    expect(
      await appended(here.site, anEntry(here.site, stream, "feed", first.head)),
    ).not.toBeNull();
    expect(await forSite(there.site).entry.count()).toBe(1);
  });
});

describe("appends at the same time", () => {
  it("share what they only read, and whoever writes to it waits for them", async () => {
    const { site } = await aPlant();
    const gage = uuidv7();
    expect(await appended(site, anEntry(site, gage, "gage"))).toBeNull();
    const [{ head } = { head: "" }] = await forSite(site).$queryRaw<{ head: string }[]>`
      select head from streams where id = ${gage}::uuid`;
    const guards = [{ id: gage, kind: "gage", seq: 1 }];
    const reading = () => ({ ...anEntry(site, uuidv7(), "feed"), guards });
    await whileOpen(site, reading(), async () => {
      expect(await atOnce(site, reading())).toBeNull();
      const writing = anEntry(site, gage, "gage", { seq: 1, hash: head });
      expect(await atOnce(site, writing)).toBe("55P03");
    });
  });

  it("lock in one order, whatever order they were told: none holds what another goes on to need", async () => {
    const { site } = await aPlant();
    const [lower, higher] = [uuidv7(0), uuidv7()];
    const [low, high] = [anEntry(site, lower, "feed"), anEntry(site, higher, "feed")];
    await appended(site, low);
    await appended(site, high);
    const told = (first: typeof low, second: typeof low) => {
      const entries = [first, second].map(({ head, streams: [of] }) =>
        anEntry(site, of?.id ?? "", "feed", head),
      );
      return {
        streams: entries.flatMap(({ streams }) => streams),
        entries: entries.flatMap((entry) => entry.entries),
      };
    };
    const both = await whileOpen(site, anEntry(site, lower, "feed", low.head), async () => {
      const waiting = appended(site, told(high, low));
      await untilSomebodyWaits();
      // It waits for the lower one and holds nothing of the higher one meanwhile.
      expect(await atOnce(site, anEntry(site, higher, "feed", high.head))).toBeNull();
      return { waiting };
    });
    expect(await both.waiting).toBeNull();
  });

  it("bring the same new texts and facts without waiting for each other in a ring", async () => {
    const plant = await aPlant();
    const travelers = await released(plant, ...Array.from({ length: 8 }, (_, n) => `S-${n}`));
    const tablets = await Promise.all(travelers.map(() => plant.tablet()));
    const comments = ["one", "two", "three"];
    const answers = await Promise.all(
      tablets.map((tablet, n) => {
        const notes = comments.map((text) =>
          tablet.envelope(plant.people.operator, travelers[n] ?? "", {
            type: "addNote",
            body: { step: null, text },
          }),
        );
        return tablet.send(...notes);
      }),
    );
    expect(answers.flat().map(({ verdict }) => verdict)).toEqual(Array(24).fill("applied"));
    expect(await forSite(plant.site).textBlob.count()).toBe(3);
    // The policy and the operator.
    expect(await forSite(plant.site).factBlob.count()).toBe(2);
  });
});

describe("a statement past Prisma's client", () => {
  const ended = (name: string, text: string) =>
    direct({ name, text }, []).then(
      () => null,
      (error) => error,
    );

  it("acts as the application's role", async () => {
    const text = "select current_user::text as me";
    expect(await direct({ name: "test_me", text }, [])).toEqual([{ me: "buyoff_app" }]);
  });

  it("says by SQLSTATE what it was refused for", async () => {
    const error = await ended("test_zero", "select 1 / 0");
    expect(sqlState(error)).toBe("22012");
    expect(isUndecidable(error)).toBe(true);
  });

  it("is to be tried again when its connection is cut, and then finds another one", async () => {
    const cut = ended("test_cut", "select pg_sleep(300) as to_be_cut");
    await asAdministrator((client) =>
      vi.waitFor(async () => {
        const { rowCount } = await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where query like '%as to_be_cut' and state = 'active' and datname = current_database()`,
        );
        expect(rowCount).toBe(1);
      }, 120_000),
    );
    const error = await cut;
    expect(notAppended(error)).toBe("unavailable");
    expect(isUndecidable(error)).toBe(false);
    expect(await direct({ name: "test_one", text: "select 1 as one" }, [])).toEqual([{ one: 1 }]);
  });
});

/** Of what grows for ever, the tables that this work read from end to end, as PostgreSQL counted it. */
const readWhole = (site: string, work: (tx: Tx) => Promise<unknown>) =>
  inTransaction(async (tx) => {
    await work(tx);
    return tx.$queryRaw<{ relname: string }[]>`
      select relname from pg_stat_xact_user_tables where seq_scan > 0
        and relname in ('entries', 'receipts', 'readings', 'routing_queue', 'sign_proofs', 'stock',
          'streams', 'travelers')`;
  }, site);

describe("what every act asks is asked by index, also of tables that hold next to nothing", () => {
  it("reading for a decision", async () => {
    const plant = await aPlant();
    const [traveler = ""] = await released(plant, "P-1");
    const ask = {
      ...askNothing,
      traveler,
      people: [plant.people.operator.id],
      commands: [uuidv7()],
      proofs: [uuidv7()],
      parts: ["none"],
      travelers: [uuidv7()],
      streams: [plant.site],
    };
    expect(await readWhole(plant.site, (tx) => loadForCommand(plant.site, ask, tx))).toEqual([]);
  });

  it("the append", async () => {
    const plant = await aPlant();
    const { head: _, ...entry } = anEntry(plant.site, uuidv7(), "order");
    const decision = JSON.stringify(entry);
    expect(
      await readWhole(
        plant.site,
        (tx) => tx.$queryRaw`select append(${plant.site}::uuid, ${decision}::jsonb)::text`,
      ),
    ).toEqual([]);
  });
});
