import "server-only";
import amqplib, { type ChannelModel, type ConfirmChannel } from "amqplib";
import {
  addressOf,
  type Link,
  notOpened,
  PublishTrouble,
  type Taken,
  tlsOptions,
  within,
  wordsOf,
} from "./link.gateway.ts";
import { addressed, type Message, structuredType } from "./message.rules.ts";
import type { AmqpConfig, Secrets } from "./schema.ts";

/** AMQP 0-9-1 with confirms: taken means that the broker has it on its disks, and that a queue was there for it. */
export async function openAmqp(config: AmqpConfig, secrets: Secrets): Promise<Link> {
  const address = await addressOf(config.host, config.allow);
  const connection = await within(
    config.timeoutMs,
    amqplib.connect(
      {
        protocol: config.tls ? "amqps" : "amqp",
        hostname: address,
        port: config.port,
        username: config.user,
        password: secrets.password ?? "",
        vhost: config.vhost,
        heartbeat: 30,
      },
      {
        timeout: config.timeoutMs,
        clientProperties: { connection_name: "buyoff" },
        ...(config.tls ? tlsOptions(config.host, config.tls, secrets) : {}),
      },
    ),
    notOpened(config.timeoutMs),
  ).catch((problem: unknown) => {
    if (problem instanceof PublishTrouble) throw problem;
    const isShut = /ACCESS.REFUSED|NOT.ALLOWED|403|530/i.test(wordsOf(problem));
    throw new PublishTrouble(isShut ? "shut" : "not_sent", wordsOf(problem));
  });
  connection.on("error", () => undefined);
  const channel = await openChannel(connection, config);
  return {
    bytesMax: null,
    publish: (message) => published(channel, config, message),
    probe: async () => `exchange ${config.exchange} is there`,
    close: () => connection.close().catch(() => undefined),
  };
}

async function openChannel(connection: ChannelModel, config: AmqpConfig): Promise<ConfirmChannel> {
  try {
    const channel = await within(config.timeoutMs, connection.createConfirmChannel());
    channel.on("error", () => undefined);
    await within(config.timeoutMs, channel.checkExchange(config.exchange));
    return channel;
  } catch (problem) {
    await connection.close().catch(() => undefined);
    const words = wordsOf(problem);
    throw new PublishTrouble(/404|403/.test(words) ? "shut" : "not_sent", words);
  }
}

/** Returned before it is confirmed: no queue is bound for this key, and the broker has thrown it away. */
const unroutable = (key: string) =>
  new PublishTrouble("shut", `no queue takes routing key ${key}: the broker gave the event back`);

function published(channel: ConfirmChannel, config: AmqpConfig, message: Message): Promise<Taken> {
  const key = addressed(config.routingKey, message.event, /[\s#*]/g);
  const sent = new Promise<Taken>((resolve, reject) => {
    let returned = false;
    const onReturn = (back: { properties: { messageId?: unknown } }) => {
      if (back.properties.messageId === message.id) returned = true;
    };
    const onGone = () => reject(new Error("the channel was closed before the answer"));
    const end = (settle: () => void) => {
      channel.off("return", onReturn);
      channel.off("close", onGone);
      settle();
    };
    channel.on("return", onReturn);
    channel.once("close", onGone);
    channel.publish(
      config.exchange,
      key,
      Buffer.from(message.body, "utf8"),
      {
        messageId: message.id,
        type: message.event.type,
        timestamp: Math.floor(Date.parse(message.event.time) / 1000),
        contentType: structuredType,
        contentEncoding: "utf-8",
        persistent: true,
        mandatory: true,
        headers: { ...message.attributes },
      },
      (problem: unknown) => {
        if (problem) return end(() => reject(problem));
        if (returned) return end(() => reject(unroutable(key)));
        return end(() => resolve({ answer: "basic.ack", place: `${config.exchange}/${key}` }));
      },
    );
  });
  return within(config.timeoutMs, sent);
}
