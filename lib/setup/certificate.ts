import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import path from "node:path";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const usages: KeyUsage[] = ["sign", "verify"];
const dayMs = 86_400_000;
const authorityDays = 3650;
/** Apple's and Google's browsers accept no server certificate that lives longer. */
const certificateDays = 397;

export type LanCertificate = { key: string; cert: string; authorityFile: string };

/** Addresses under which other machines on this network reach this one. */
export const lanAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);

/**
 * A certificate for this machine, made anew at each start because its addresses move, from an
 * authority that stays: a tablet is told to trust it once. Its key never leaves `folder`.
 */
export async function lanCertificate(folder: string, now: Date): Promise<LanCertificate> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await localAuthority(folder, now);
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  const names: x509.JsonGeneralNames = [
    { type: "dns", value: "localhost" },
    { type: "dns", value: hostname() },
    { type: "ip", value: "127.0.0.1" },
    ...lanAddresses().map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: `CN=${hostname()}`,
      issuer: authority.certificate.subject,
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(now.getTime() + certificateDays * dayMs),
      signingKey: authority.key,
      publicKey: keys.publicKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(names),
        await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      ],
    },
    crypto,
  );
  return {
    key: await pemOf(keys.privateKey),
    cert: `${certificate.toString("pem")}\n`,
    authorityFile: authority.file,
  };
}

async function localAuthority(folder: string, now: Date) {
  const file = path.join(folder, "buyoff-local-ca.crt");
  const keyFile = path.join(folder, "local-ca.key");
  if (!existsSync(file) || !existsSync(keyFile)) await makeAuthority(file, keyFile, now);
  const bytes = x509.PemConverter.decodeFirst(await readFile(keyFile, "utf8"));
  const key = await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  return { file, key, certificate: new x509.X509Certificate(await readFile(file, "utf8")) };
}

async function makeAuthority(file: string, keyFile: string, now: Date): Promise<void> {
  const keys = await crypto.subtle.generateKey(algorithm, true, usages);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: `CN=Buyoff local authority (${hostname()})`,
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(now.getTime() + authorityDays * dayMs),
      keys,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    crypto,
  );
  await writeFile(keyFile, await pemOf(keys.privateKey), { mode: 0o600 });
  await writeFile(file, `${certificate.toString("pem")}\n`);
}

async function pemOf(key: CryptoKey): Promise<string> {
  const bytes = await crypto.subtle.exportKey("pkcs8", key);
  return `${x509.PemConverter.encode(bytes, x509.PemConverter.PrivateKeyTag)}\n`;
}

const serialNumber = () =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(16)).with(0, 0x2a)).toString("hex");
