import "server-only";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
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
import type { MqttConfig, Secrets } from "./schema.ts";

/** MQTT 5, QoS 1. Never retained: an old event must not be taken for a new one by whoever subscribes later. */
export async function openMqtt(config: MqttConfig, secrets: Secrets): Promise<Link> {
  const address = await addressOf(config.host, config.allow);
  const options: IClientOptions = {
    protocolVersion: 5,
    protocol: config.tls ? "mqtts" : "mqtt",
    host: address,
    port: config.port,
    // Two workers with one name would throw each other out.
    clientId: `${config.clientId}-${crypto.randomUUID().slice(0, 8)}`,
    clean: true,
    connectTimeout: config.timeoutMs,
    // A lost connection is an outcome that is told, not one that is mended out of sight.
    reconnectPeriod: 0,
    ...(config.user === null ? {} : { username: config.user }),
    ...(secrets.password ? { password: secrets.password } : {}),
    ...(config.tls ? tlsOptions(config.host, config.tls, secrets) : {}),
  };
  const client = connect(options);
  try {
    const bytesMax = await within(config.timeoutMs, opened(client), notOpened(config.timeoutMs));
    return {
      // The packet has its topic and properties beside the event.
      bytesMax: bytesMax === null ? null : bytesMax - 4_096,
      publish: (message) => published(client, config, message),
      probe: async () => `CONNACK; largest packet: ${bytesMax ?? "not said"}`,
      close: () => client.endAsync(true).catch(() => undefined),
    };
  } catch (problem) {
    client.end(true);
    throw refused(problem);
  }
}

/** With the largest packet that the broker takes, null where it doesn't say. */
const opened = (client: MqttClient): Promise<number | null> =>
  new Promise((resolve, reject) => {
    client.on("error", reject);
    client.once("close", () => reject(new Error("the broker closed the connection")));
    client.once("connect", (connack) => resolve(connack.properties?.maximumPacketSize ?? null));
  });

/** The reason codes of CONNACK that say that we, and not the line, are the problem. */
const shutCodes: ReadonlySet<number> = new Set([4, 5, 0x85, 0x86, 0x87, 0x8a, 0x8c]);

function refused(problem: unknown): Error {
  if (problem instanceof PublishTrouble) return problem;
  const code = (problem as { code?: unknown }).code;
  const isShut = typeof code === "number" && shutCodes.has(code);
  return new PublishTrouble(isShut ? "shut" : "not_sent", wordsOf(problem));
}

async function published(client: MqttClient, config: MqttConfig, message: Message): Promise<Taken> {
  if (!client.connected) throw new PublishTrouble("not_sent", "the connection is gone");
  const topic = addressed(config.topic, message.event, /[+#/\0]/g);
  // Lost on its way, the packet may have arrived or not: nobody answers, and it is sent again.
  let onClose: () => void = () => undefined;
  const gone = new Promise<never>((_resolve, reject) => {
    onClose = () => reject(new Error("the connection was lost before the answer"));
    client.once("close", onClose);
  });
  const sent = client.publishAsync(topic, message.body, {
    qos: 1,
    retain: false,
    properties: {
      contentType: structuredType,
      payloadFormatIndicator: true,
      userProperties: { ...message.attributes },
    },
  });
  try {
    const packet = await within(config.timeoutMs, Promise.race([sent, gone]));
    const code = (packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0;
    const heard = code === 0x10 ? ", nobody subscribes" : "";
    return { answer: `PUBACK ${code}${heard}`, place: topic };
  } catch (problem) {
    const code = (problem as { code?: unknown }).code;
    if (code === 0x87) throw new PublishTrouble("shut", `not authorized for topic ${topic}`);
    if (code === 0x95)
      throw new PublishTrouble("rejected", "the broker says the packet is too large");
    if (code === 0x97) throw new PublishTrouble("later", "the broker's quota is used up");
    if (code === 0x90 || code === 0x99) throw new PublishTrouble("rejected", wordsOf(problem));
    throw problem;
  } finally {
    client.off("close", onClose);
    gone.catch(() => undefined);
  }
}
