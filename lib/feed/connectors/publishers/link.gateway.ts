import "server-only";
import { isIP } from "node:net";
import { permittedAddress } from "../address.gateway.ts";
import type { Message } from "./message.rules.ts";
import type { Secrets } from "./schema.ts";
import type { Trouble } from "./trouble.schema.ts";

/** The bytes of a file, piece by piece. */
export type Chunks = Iterable<Buffer> | AsyncIterable<Buffer>;

/** What the system said when it had taken the event, and where it stands there if it says so. */
export type Taken = { answer: string; place: string | null };

/** An open way to a system. One that has failed is closed and opened anew. */
export type Link = {
  /** The largest event that the system says it takes; null where it doesn't say. */
  bytesMax: number | null;
  publish(message: Message): Promise<Taken>;
  /** A real question to the system that changes nothing: what it answers. */
  probe(): Promise<string>;
  close(): Promise<void>;
};

/** Why an event was not taken. Everything else that goes wrong leaves a doubt, and the event is sent again. */
export class PublishTrouble extends Error {
  readonly trouble: Trouble;
  readonly waitMs: number;
  constructor(trouble: Trouble, reason: string, waitMs = 60_000) {
    super(reason);
    this.trouble = trouble;
    this.waitMs = waitMs;
  }
}

/** The address to connect to, or a refusal before anything leaves. */
export async function addressOf(host: string, allow: readonly string[]): Promise<string> {
  const found = await permittedAddress(host, allow);
  if (!found.ok) throw new PublishTrouble("not_sent", found.reason);
  return found.address;
}

type Tls = { ca: string | null; clientCertificate: string | null };

type TlsOptions = {
  servername?: string;
  rejectUnauthorized: true;
  ca?: string;
  cert?: string;
  key?: string;
};

/** Verified in any case; `servername` because the connection goes to an address that was looked up before. */
export function tlsOptions(host: string, tls: Tls, secrets: Secrets): TlsOptions {
  return {
    // An address has no name to send; the certificate is compared with the address itself.
    ...(isIP(host) ? {} : { servername: host }),
    rejectUnauthorized: true,
    ...(tls.ca === null ? {} : { ca: tls.ca }),
    ...(tls.clientCertificate === null ? {} : { cert: tls.clientCertificate }),
    ...(secrets.clientKey ? { key: secrets.clientKey } : {}),
  };
}

/** Nobody waits longer than was agreed; what comes of `work` later is nobody's any more. */
export async function within<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error = () => new Error(`no answer within ${ms} ms`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

export const notOpened = (ms: number) => (): Error =>
  new PublishTrouble("not_sent", `no connection within ${ms} ms`);

export const wordsOf = (problem: unknown): string => {
  if (problem instanceof AggregateError) return problem.errors.map(wordsOf).join("; ");
  if (!(problem instanceof Error)) return String(problem);
  return problem.message || ("code" in problem ? String(problem.code) : problem.name);
};
