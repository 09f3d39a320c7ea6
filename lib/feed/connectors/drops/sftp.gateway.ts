import "server-only";
import { within, wordsOf } from "../publishers/link.gateway.ts";
import type { Secrets, SftpConfig } from "../publishers/schema.ts";
import { namedThere, sftpSession, storedThere } from "../publishers/sftp.gateway.ts";
import { digestOf, type Place } from "./piece.gateway.ts";

/** A slow line is given its time: at least 100 kB a second. */
const patienceMs = (config: SftpConfig, bytes: number): number =>
  config.timeoutMs + Math.round(bytes / 100);

/** As into a folder of our own, over SSH. */
export async function openSftpPlace(config: SftpConfig, secrets: Secrets): Promise<Place> {
  const { client, sftp, close } = await sftpSession(config, secrets);
  const base = `${config.path}/evidence`;
  const whole = (folder: string) => `${base}/${folder}`;
  const making = (folder: string) => `${base}/${folder}.partial`;
  const soon = <T>(work: Promise<T>) => within(config.timeoutMs, work);
  return {
    uriOf: (folder) => {
      const shown = base.startsWith("/") ? base : `/~/${base}`;
      return `sftp://${config.host}:${config.port}${shown}/${folder}`;
    },
    read: async (folder, name) => {
      const file = `${whole(folder)}/${name}`;
      return (await soon(client.exists(file))) ? String(await soon(client.get(file))) : null;
    },
    digest: async (folder, name) => {
      const file = `${making(folder)}/${name}`;
      if (!(await soon(client.exists(file)))) return null;
      const { size, isFile } = await soon(client.stat(file));
      // A device in its place is no file, and may have no end.
      if (!isFile) return null;
      return within(patienceMs(config, size), digestOf(sftp.createReadStream(file)));
    },
    write: async (folder, piece) => {
      const file = `${making(folder)}/${piece.name}`;
      const parent = file.slice(0, file.lastIndexOf("/"));
      if (!(await soon(client.exists(parent)))) await soon(client.mkdir(parent, true));
      await within(patienceMs(config, piece.bytes), storedThere(sftp, file, piece.open())).catch(
        async (problem: unknown) => {
          throw (await isFullThere(sftp, making(folder), piece.bytes))
            ? new Error(`no space left there: ${wordsOf(problem)}`)
            : problem;
        },
      );
    },
    finish: (folder) => soon(namedThere(sftp, making(folder), whole(folder))),
    close,
  };
}

/** The protocol says "failure" of a full disk as of anything else: its server can say how much room there is. */
function isFullThere(
  sftp: Awaited<ReturnType<typeof sftpSession>>["sftp"],
  folder: string,
  bytes: number,
): Promise<boolean> {
  const asked = new Promise<boolean>((resolve, reject) => {
    sftp.ext_openssh_statvfs(folder, (problem, found) => {
      if (problem) reject(problem);
      else resolve(Number(found.f_bavail) * Number(found.f_frsize) < bytes);
    });
  });
  return within(5_000, asked).catch(() => false);
}
