import "server-only";
import { db } from "#lib/db/client";
import { type SchemaSample, schemaSample } from "./connector-schema.schema.ts";
import type { RunMode } from "./flow.schema.ts";
import type { FeedProcess } from "./processes.schema.ts";

/** A run that this worker has in hand. */
export type ValidationClaim = {
  id: string;
  site: string;
  connector: string;
  process: FeedProcess;
  mode: RunMode;
  cases: string[];
  fence: number;
};

/** Longer than any one case may take. */
const leaseMs = 15 * 60_000;

/** The longest waiting first, or the one that is named; one whose worker never came back is taken up again. */
export async function claimValidation(only: string | null = null): Promise<ValidationClaim | null> {
  const [run] = await db.$queryRaw<ValidationClaim[]>`
    update validation_runs set state = 'running', fence = fence + 1,
           leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
     where id = (
       select id from validation_runs
        where (state = 'waiting' or (state = 'running' and leased_until < clock_timestamp()))
          and (${only}::uuid is null or id = ${only}::uuid)
        order by asked_at limit 1 for update skip locked)
    returning id::text, site_id::text as site, connector_id::text as connector, process, mode, cases, fence`;
  return run ?? null;
}

export async function renewValidation({ id, fence }: ValidationClaim): Promise<boolean> {
  const renewed = await db.$executeRaw`
    update validation_runs set leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 millisecond'
     where id = ${id}::uuid and fence = ${fence} and state = 'running'`;
  return renewed === 1;
}

/** Back to where it waited: the worker is asked to stop. */
export async function letGoOfValidation({ id, fence }: ValidationClaim): Promise<void> {
  await db.$executeRaw`
    update validation_runs set state = 'waiting', leased_until = null
     where id = ${id}::uuid and fence = ${fence} and state = 'running'`;
}

const messagesMax = 25;

/** The last messages of the flow that opened something there, whatever became of them. */
export const lastMessages = ({
  connector,
  process,
}: Pick<ValidationClaim, "connector" | "process">): Promise<
  { id: string; payload: unknown; key: string; eventAt: Date }[]
> => db.$queryRaw`
    select d.id::text, d.payload, d.external_key as key,
      coalesce((select min(e.occurred_at) from delivery_events v
                  join entries e on e.stream_id = v.stream_id and e.seq = v.seq
                 where v.delivery_id = d.id), d.created_at) as "eventAt"
      from deliveries d
     where d.connector_id = ${connector}::uuid and d.process = ${process} and d.operation in ('create', 'publish')
     order by d.position desc limit ${messagesMax}`;

export async function sampleOf(connector: string): Promise<SchemaSample | null> {
  const row = await db.connector.findUnique({
    where: { id: connector },
    select: { schemaSample: true },
  });
  const sample = schemaSample.safeParse(row?.schemaSample);
  return sample.success ? sample.data : null;
}
