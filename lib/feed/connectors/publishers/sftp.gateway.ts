import "server-only";
import { createHash } from "node:crypto";
import SftpClient from "ssh2-sftp-client";
import { sha256Hex } from "#lib/kit/canonical";
import {
  addressOf,
  type Chunks,
  type Link,
  notOpened,
  PublishTrouble,
  type Taken,
  within,
  wordsOf,
} from "./link.gateway.ts";
import { dropName, type Message } from "./message.rules.ts";
import type { Secrets, SftpConfig } from "./schema.ts";

type Wrapper = Awaited<ReturnType<SftpClient["connect"]>>;

export type Session = { client: SftpClient; sftp: Wrapper; close(): Promise<void> };

/** Only with the host whose key was configured. */
export async function sftpSession(config: SftpConfig, secrets: Secrets): Promise<Session> {
  const address = await addressOf(config.host, config.allow);
  const client = new SftpClient("buyoff", {
    error: () => undefined,
    end: () => undefined,
    close: () => undefined,
  });
  let isOtherHost = false;
  const options = {
    host: address,
    port: config.port,
    username: config.user,
    readyTimeout: config.timeoutMs,
    hostVerifier: (key: Buffer) => {
      const seen = createHash("sha256").update(key).digest("base64").replace(/=+$/, "");
      isOtherHost = seen !== config.hostKeySha256;
      return !isOtherHost;
    },
    ...(secrets.password ? { password: secrets.password } : {}),
    ...(secrets.privateKey ? { privateKey: secrets.privateKey } : {}),
    ...(secrets.passphrase ? { passphrase: secrets.passphrase } : {}),
  };
  const sftp = await within(
    config.timeoutMs,
    client.connect(options),
    notOpened(config.timeoutMs),
  ).catch((problem: unknown) => {
    if (isOtherHost)
      throw new PublishTrouble("shut", "the host shows another key than the one configured");
    const words = wordsOf(problem);
    const isShut = /authentication|parse privateKey|passphrase/i.test(words);
    throw new PublishTrouble(isShut ? "shut" : "not_sent", words);
  });
  return {
    client,
    sftp,
    close: () =>
      client.end().then(
        () => undefined,
        () => undefined,
      ),
  };
}

/** As into a folder, over SSH. */
export async function openSftp(config: SftpConfig, secrets: Secrets): Promise<Link> {
  const { client, sftp, close } = await sftpSession(config, secrets);
  return {
    bytesMax: null,
    publish: (message) => within(config.timeoutMs, dropped(client, sftp, config, message)),
    probe: async () => {
      const found = await within(config.timeoutMs, client.exists(config.path));
      if (found !== "d") throw new PublishTrouble("shut", `${config.path} is no folder there`);
      return `${config.path} is there`;
    },
    close,
  };
}

async function dropped(
  client: SftpClient,
  sftp: Wrapper,
  config: SftpConfig,
  message: Message,
): Promise<Taken> {
  const { folder, file } = dropName(message);
  const line = `${message.body}\n`;
  const place = `${config.path}/${folder}/${file}`;
  const known = (await client.exists(place)) ? String(await client.get(place)) : null;
  if (known !== null && known !== line)
    throw new PublishTrouble("rejected", `${place} is there with another content`);
  if (known === null) {
    if (!(await client.exists(`${config.path}/${folder}`)))
      await client.mkdir(`${config.path}/${folder}`, true);
    await written(sftp, place, line);
  }
  await written(sftp, `${place}.sha256`, `${sha256Hex(line)}  ${file}\n`);
  return { answer: known === null ? `written ${place}` : `was there: ${place}`, place };
}

async function written(sftp: Wrapper, file: string, text: string): Promise<void> {
  const partial = `${file}.partial`;
  await storedThere(sftp, partial, [Buffer.from(text, "utf8")]);
  await namedThere(sftp, partial, file);
}

/** Whole and on the far disk, where its server can say so. */
export async function storedThere(sftp: Wrapper, file: string, chunks: Chunks): Promise<void> {
  const handle = await promised<Buffer>((done) => sftp.open(file, "w", done));
  try {
    let at = 0;
    for await (const chunk of chunks) {
      const from = at;
      await promised<void>((done) =>
        sftp.write(handle, chunk, 0, chunk.length, from, (e) => done(e)),
      );
      at += chunk.length;
    }
    await promised<void>((done) => sftp.ext_openssh_fsync(handle, (e) => done(e))).catch(
      (problem: unknown) => {
        // Not every server has the extension; one that has it and fails has not kept the file.
        if (!/unsupported|does not support/i.test(wordsOf(problem))) throw problem;
      },
    );
  } finally {
    await promised<void>((done) => sftp.close(handle, (e) => done(e)));
  }
}

export const namedThere = (sftp: Wrapper, from: string, to: string): Promise<void> =>
  promised<void>((done) => sftp.ext_openssh_rename(from, to, (e) => done(e)));

const promised = <T>(
  work: (done: (problem: Error | null | undefined, value?: T) => void) => void,
): Promise<T> =>
  new Promise((resolve, reject) => {
    work((problem, value) => (problem ? reject(problem) : resolve(value as T)));
  });
