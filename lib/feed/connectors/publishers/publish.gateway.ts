import "server-only";
import { sha256Hex } from "#lib/kit/canonical";
import { openAmqp } from "./amqp.gateway.ts";
import { openFolder } from "./folder.gateway.ts";
import { openKafka } from "./kafka.gateway.ts";
import { type Link, PublishTrouble, wordsOf } from "./link.gateway.ts";
import { bytesOf, type Message, referenceTo } from "./message.rules.ts";
import { openMqtt } from "./mqtt.gateway.ts";
import { openNats } from "./nats.gateway.ts";
import { openS3 } from "./s3.gateway.ts";
import type { PublisherConfig, Secrets } from "./schema.ts";
import { openSftp } from "./sftp.gateway.ts";
import type { Trouble } from "./trouble.schema.ts";
import { openWebhook } from "./webhook.gateway.ts";

/** A system that hears events, as its configuration describes it. */
export type PublisherTarget = { id: string; config: PublisherConfig; secrets: Secrets };

export type Publishing =
  | { kind: "taken"; answer: string; place: string | null; asReference: boolean }
  | { kind: Trouble | "unknown"; reason: string; waitMs: number };

/** Told before anything leaves; may stop it by throwing. */
type Announce = (request: string) => Promise<void>;

function openLink({ config, secrets }: PublisherTarget): Promise<Link> {
  switch (config.kind) {
    case "webhook":
      return openWebhook(config, secrets);
    case "mqtt":
      return openMqtt(config, secrets);
    case "amqp":
      return openAmqp(config, secrets);
    case "nats":
      return openNats(config, secrets);
    case "kafka":
      return openKafka(config, secrets);
    case "folder":
      return openFolder(config);
    case "s3":
      return openS3(config, secrets);
    case "sftp":
      return openSftp(config, secrets);
  }
}

type Kept = { as: string; link: Promise<Link>; idle: NodeJS.Timeout | null; users: number };
const kept = new Map<string, Kept>();
const idleMs = 30_000;

/** One open way per connector and process; another configuration or secret opens another. */
function linkOf(target: PublisherTarget): Kept {
  const as = sha256Hex(JSON.stringify([target.config, target.secrets]));
  const known = kept.get(target.id);
  if (known?.as === as) return known;
  if (known) drop(target.id, known);
  const opened: Kept = { as, link: openLink(target), idle: null, users: 0 };
  opened.link.catch(() => drop(target.id, opened));
  kept.set(target.id, opened);
  return opened;
}

function drop(id: string, one: Kept): void {
  if (one.idle) clearTimeout(one.idle);
  if (kept.get(id) === one) kept.delete(id);
  void one.link.then((link) => link.close()).catch(() => undefined);
}

/** What waits for an answer elsewhere keeps its way until it has it; a quiet one is closed after a while. */
function release(id: string, one: Kept): void {
  one.users -= 1;
  if (one.users > 0 || kept.get(id) !== one) return;
  one.idle = setTimeout(() => drop(id, one), idleMs);
  one.idle.unref();
}

/** When a process ends, and between tests. */
export async function closeLinks(): Promise<void> {
  const all = [...kept.entries()];
  kept.clear();
  for (const [, one] of all) if (one.idle) clearTimeout(one.idle);
  await Promise.all(
    all.map(([, { link }]) => link.then((open) => open.close()).catch(() => undefined)),
  );
}

/** One event to one system. `url` is where the whole event can be fetched if it is too large to be sent. */
export async function publish(
  target: PublisherTarget,
  message: Message,
  url: string,
  announce: Announce,
): Promise<Publishing> {
  const way = linkOf(target);
  if (way.idle) clearTimeout(way.idle);
  way.users += 1;
  try {
    const link = await way.link;
    const { sent, asReference } = fitting(target.config, link, message, url);
    await announce(requestOf(target.config, sent)).catch((problem: unknown) => {
      throw new NotAnnounced("", { cause: problem });
    });
    const taken = await link.publish(sent);
    return { kind: "taken", ...taken, asReference };
  } catch (problem) {
    return failed(target, way, problem);
  } finally {
    release(target.id, way);
  }
}

/** A lost lease is the worker's affair and no word of the system's. */
class NotAnnounced extends Error {}

function failed(target: PublisherTarget, way: Kept, problem: unknown): Publishing {
  if (problem instanceof NotAnnounced) throw problem.cause;
  const isTrouble = problem instanceof PublishTrouble;
  // Refused for what it is: the way itself is all right.
  if (!isTrouble || problem.trouble !== "rejected") drop(target.id, way);
  const reason = masked(target.secrets, wordsOf(problem)).slice(0, 300);
  return isTrouble
    ? { kind: problem.trouble, reason, waitMs: problem.waitMs }
    : { kind: "unknown", reason, waitMs: 0 };
}

/** Whole, or as a reference, or not at all: a part of an event is none. */
function fitting(
  config: PublisherConfig,
  link: Pick<Link, "bytesMax">,
  message: Message,
  url: string,
): { sent: Message; asReference: boolean } {
  const limit = Math.min(config.eventBytesMax, link.bytesMax ?? config.eventBytesMax);
  const bytes = bytesOf(message.body);
  if (bytes <= limit) return { sent: message, asReference: false };
  if (config.overflow === "reference")
    return { sent: referenceTo(message, url), asReference: true };
  throw new PublishTrouble(
    "rejected",
    `the event has ${bytes} bytes, ${limit} are taken, and no reference is allowed`,
  );
}

/** A real question that changes nothing, on a way of its own. */
export async function probe(
  target: PublisherTarget,
): Promise<{ ok: true; answer: string } | { ok: false; reason: string }> {
  let link: Link | null = null;
  try {
    link = await openLink(target);
    return { ok: true, answer: masked(target.secrets, await link.probe()).slice(0, 500) };
  } catch (problem) {
    return { ok: false, reason: masked(target.secrets, wordsOf(problem)).slice(0, 500) };
  } finally {
    await link?.close();
  }
}

function masked(secrets: Secrets, text: string): string {
  return Object.values(secrets)
    .filter((secret) => secret !== "")
    .reduce((shown, secret) => shown.replaceAll(secret, "•••"), text);
}

function requestOf(config: PublisherConfig, { body }: Message): string {
  return `${whereOf(config)}\n${body}`.slice(0, 8_000);
}

function whereOf(config: PublisherConfig): string {
  switch (config.kind) {
    case "webhook":
      return `POST ${config.url}`;
    case "mqtt":
      return `mqtt ${config.host}:${config.port} ${config.topic}`;
    case "amqp":
      return `amqp ${config.host}:${config.port} ${config.exchange} ${config.routingKey}`;
    case "nats":
      return `nats ${config.host}:${config.port} ${config.subject}`;
    case "kafka":
      return `kafka ${config.topic}`;
    case "folder":
      return `folder ${config.path}`;
    case "s3":
      return `s3 ${config.bucket}/${config.prefix}`;
    case "sftp":
      return `sftp ${config.host}:${config.port} ${config.path}`;
  }
}
