import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import S3rver from "s3rver";
import { freePort } from "#lib/setup/port";
import { aFolder, eventually, listens, type Running, startProgram } from "./programs.ts";

export type Server = {
  port: number;
  folder: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** A server on a free port, that can be ended and started again with what it had. */
async function kept(
  name: string,
  start: (folder: string, port: number) => Promise<Running>,
): Promise<Server> {
  const folder = aFolder(name);
  const port = await freePort(0);
  let running = await start(folder.path, port);
  await eventually(`${name} on port ${port}`, () => listens(port), running);
  return {
    port,
    folder: folder.path,
    restart: async () => {
      await running.stop();
      // What was killed may hold its port a moment longer than its parent: that would be taken for the new one.
      await eventually(`${name} gone from port ${port}`, async () => !(await listens(port)));
      running = await start(folder.path, port);
      await eventually(`${name} on port ${port} again`, () => listens(port), running);
    },
    stop: async () => {
      await running.stop();
      folder.remove();
    },
  };
}

export const mosquittoLogin = { user: "buyoff", password: "mosquitto-secret-71" };

export function startMosquitto(
  tls: { cert: string; key: string } | null = null,
  packetMax = 0,
): Promise<Server> {
  return kept("mosquitto", async (folder, port) => {
    const passwords = path.join(folder, "passwords");
    if (!existsSync(passwords)) {
      writeFileSync(passwords, `${mosquittoLogin.user}:${mosquittoLogin.password}\n`, {
        mode: 0o600,
      });
      execFileSync("mosquitto_passwd", ["-U", passwords]);
    }
    if (tls) {
      writeFileSync(path.join(folder, "server.crt"), tls.cert);
      writeFileSync(path.join(folder, "server.key"), tls.key, { mode: 0o600 });
    }
    const conf = [
      `listener ${port} 127.0.0.1`,
      "allow_anonymous false",
      `password_file ${passwords}`,
      // Where it is started by root it would otherwise not read its own folder.
      "user root",
      "persistence true",
      `persistence_location ${folder}/`,
      ...(packetMax > 0 ? [`max_packet_size ${packetMax}`] : []),
      ...(tls ? [`certfile ${folder}/server.crt`, `keyfile ${folder}/server.key`] : []),
    ];
    writeFileSync(path.join(folder, "mosquitto.conf"), `${conf.join("\n")}\n`);
    return startProgram(folder, program("mosquitto"), ["-c", path.join(folder, "mosquitto.conf")]);
  });
}

export const natsLogin = { user: "buyoff", password: "nats-secret-72" };

export function startNats(payloadMax = 65_536): Promise<Server> {
  return kept("nats", async (folder, port) => {
    const conf = [
      `listen: "127.0.0.1:${port}"`,
      `max_payload: ${payloadMax}`,
      `jetstream { store_dir: "${folder}/store" }`,
      `authorization { user: "${natsLogin.user}", password: "${natsLogin.password}" }`,
    ];
    writeFileSync(path.join(folder, "nats.conf"), `${conf.join("\n")}\n`);
    return startProgram(folder, program("nats-server"), ["-c", path.join(folder, "nats.conf")]);
  });
}

export const rabbitLogin = { user: "buyoff", password: "rabbit-secret-73" };

/** With an Erlang port mapper of its own, so that nothing stays behind and nobody else's is asked. */
export async function startRabbit(): Promise<Server> {
  const mapperPort = await freePort(0);
  const distPort = await freePort(0);
  const home = aFolder("epmd");
  const mapper = startProgram(home.path, program("epmd"), [
    "-port",
    String(mapperPort),
    "-address",
    "127.0.0.1",
  ]);
  await eventually("the port mapper", () => listens(mapperPort), mapper);
  const server = await kept("rabbitmq", async (folder, port) => {
    const conf = [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `default_user = ${rabbitLogin.user}`,
      `default_pass = ${rabbitLogin.password}`,
      "log.console = true",
      "log.file = false",
    ];
    writeFileSync(path.join(folder, "rabbitmq.conf"), `${conf.join("\n")}\n`);
    writeFileSync(path.join(folder, "plugins"), "[].\n");
    const environment = {
      HOME: folder,
      ERL_EPMD_PORT: String(mapperPort),
      ERL_EPMD_ADDRESS: "127.0.0.1",
      RABBITMQ_NODENAME: "buyoff@localhost",
      RABBITMQ_DIST_PORT: String(distPort),
      RABBITMQ_CONFIG_FILE: path.join(folder, "rabbitmq.conf"),
      RABBITMQ_MNESIA_BASE: path.join(folder, "mnesia"),
      RABBITMQ_LOG_BASE: path.join(folder, "logs"),
      RABBITMQ_ENABLED_PLUGINS_FILE: path.join(folder, "plugins"),
      RABBITMQ_CONF_ENV_FILE: path.join(folder, "none.conf"),
    };
    // As in a power cut: what it has confirmed has to be there all the same.
    return startProgram(folder, rabbitProgram(), [], environment, "SIGKILL");
  });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await mapper.stop();
      home.remove();
    },
  };
}

function rabbitProgram(): string {
  const base = "/usr/lib/rabbitmq/lib";
  const [version] = existsSync(base) ? readdirSync(base) : [];
  if (!version) throw new Error("rabbitmq-server is not installed");
  return path.join(base, version, "sbin/rabbitmq-server");
}

export type Sshd = Server & { hostKeySha256: string; privateKey: string; user: string };

/** As whoever runs the tests, with keys made for them. */
export async function startSshd(): Promise<Sshd> {
  const user = execFileSync("id", ["-un"], { encoding: "utf8" }).trim();
  // Debian's server insists on it where root starts it.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const server = await kept("sshd", async (folder, port) => {
    for (const name of ["host", "client"]) {
      const file = path.join(folder, name);
      if (!existsSync(file))
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    }
    const conf = [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/client.pub`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      `PidFile ${folder}/sshd.pid`,
      "Subsystem sftp internal-sftp",
    ];
    writeFileSync(path.join(folder, "sshd_config"), `${conf.join("\n")}\n`);
    return startProgram(folder, program("sshd"), ["-D", "-e", "-f", `${folder}/sshd_config`]);
  });
  const shown = execFileSync("ssh-keygen", ["-lf", path.join(server.folder, "host.pub")], {
    encoding: "utf8",
  });
  return {
    ...server,
    user,
    hostKeySha256: /SHA256:(\S+)/.exec(shown)?.[1] ?? "",
    privateKey: readFileSync(path.join(server.folder, "client"), "utf8"),
  };
}

export const trackerLogin = { user: "buyoff", password: "tracker-secret-74" };

/** Request Tracker on a database of its own, with a queue and the custom fields that a nonconformance has. */
export async function startTracker(fields: readonly string[]): Promise<Server & { log(): string }> {
  const share = "/usr/share/request-tracker5";
  let running: Running | null = null;
  const server = await kept("tracker", async (folder, port) => {
    const environment = {
      RT_SITE_CONFIG: path.join(folder, "RT_SiteConfig.pm"),
      RT_SITE_CONFIG_DIR: folder,
    };
    if (!existsSync(path.join(folder, "rt.sqlite"))) {
      for (const name of ["mason", "session"]) mkdirSync(path.join(folder, name));
      writeFileSync(environment.RT_SITE_CONFIG, trackerSettings(folder, port));
      writeFileSync(path.join(folder, "initial.pl"), trackerData(fields));
      const set = (...args: string[]) =>
        execFileSync(program("rt-setup-database-5"), [...args, "--skip-create"], {
          env: { ...process.env, ...environment },
          stdio: ["ignore", "ignore", "ignore"],
        });
      set("--action", "init");
      set("--action", "insert", "--datafile", path.join(folder, "initial.pl"));
    }
    running = startProgram(
      folder,
      path.join(share, "libexec/standalone_httpd"),
      ["--port", String(port), "--host", "127.0.0.1"],
      environment,
    );
    return running;
  });
  return { ...server, log: () => running?.log() ?? "" };
}

const trackerSettings = (folder: string, port: number): string =>
  [
    "Set($rtname, 'buyoff.test');",
    "Set($Organization, 'buyoff.test');",
    "Set($WebDomain, '127.0.0.1');",
    `Set($WebPort, ${port});`,
    "Set($DatabaseType, 'SQLite');",
    `Set($DatabaseName, '${folder}/rt.sqlite');`,
    `Set($MasonDataDir, '${folder}/mason');`,
    `Set($MasonSessionDir, '${folder}/session');`,
    "Set($MailCommand, 'testfile');",
    "Set($LogToSTDERR, 'warning');",
    "Set($LogToSyslog, undef);",
    "Set($Timezone, 'UTC');",
    "1;",
  ].join("\n");

const trackerRights = [
  "SeeQueue",
  "ShowTicket",
  "ShowTicketComments",
  "CreateTicket",
  "ModifyTicket",
  "CommentOnTicket",
  "SeeCustomField",
  "ModifyCustomField",
  "SetInitialCustomField",
];

const trackerData = (fields: readonly string[]): string =>
  [
    "@Queues = ({ Name => 'NCR' });",
    `@CustomFields = map { { Name => $_, Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket', Queue => 'NCR' } } qw(${fields.join(" ")});`,
    `@Users = ({ Name => '${trackerLogin.user}', Password => '${trackerLogin.password}', Privileged => 1 });`,
    `@ACL = map { { UserId => '${trackerLogin.user}', Right => $_ } } qw(${trackerRights.join(" ")});`,
    "1;",
  ].join("\n");

export type KafkaMock = { brokers: readonly number[]; stop(): Promise<void> };

/** librdkafka's own cluster of three, inside a producer that lives while its input is open. */
export async function startKafkaMock(): Promise<KafkaMock> {
  const folder = aFolder("kafka");
  const running = startProgram(folder.path, program("kcat"), [
    ..."-P -b mock:1 -t warm-up -X test.mock.num.brokers=3 -X debug=mock".split(" "),
  ]);
  await eventually("the mock cluster", () => /bootstrap\.servers=/.test(running.log()), running);
  const [, servers = ""] = /bootstrap\.servers=(\S+)/.exec(running.log()) ?? [];
  return {
    brokers: servers.split(",").map((server) => Number(server.split(":")[1])),
    stop: async () => {
      await running.stop();
      folder.remove();
    },
  };
}

/** Debian keeps servers where a user's PATH doesn't look. */
export function program(name: string): string {
  const found = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"]
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
  if (!found) throw new Error(`${name} is not installed`);
  return found;
}

export const bucketLogin = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

/** Buckets on s3rver, whose files stand in `directory`. */
export async function startBuckets(
  { port, directory }: { port: number; directory: string },
  buckets: readonly string[],
): Promise<S3rver> {
  const server = new S3rver({
    port,
    directory,
    address: "127.0.0.1",
    silent: true,
    configureBuckets: buckets.map((name) => ({ name, configs: [] })),
  });
  await server.run();
  return server;
}

/** Straight to the server, past whatever stands before it in a test. */
export const bucketClient = (port: number): S3Client =>
  new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: bucketLogin,
  });
