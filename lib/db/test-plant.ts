import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { actorOfDevice, actorOfPresence, actorOfSeed } from "#lib/boundary/actor";
import { deviceCookie } from "#lib/boundary/cookies";
import type { Role } from "#lib/instructions/schema";
import { uuidv7 } from "#lib/kit/ids";
import type { Result } from "#lib/kit/result";
import { createPerson, giveRole, issueBadge, issueStamp, setPin } from "#lib/people/commands";
import { enrolDevice, makeEnrolmentCode } from "#lib/people/devices.commands";
import type { Actor } from "#lib/people/schema";
import { inTransaction } from "./client.ts";

/** The value, where a test needs it to go on. */
export function valueIn<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** A site of its own for a test, with one station. */
export async function aSite(code = `T${randomUUID().slice(0, 8).toUpperCase()}`) {
  const site = { id: uuidv7(), code, name: `Plant ${code}`, timeZone: "America/Chicago" };
  const station = { id: uuidv7(), code: "ASM-1", name: "Assembly", workCenter: "ASM" };
  await inTransaction(async (tx) => {
    const shifts = [
      { validFrom: "2020-01-01", shifts: [{ code: "1", from: "06:00", to: "14:00" }] },
    ];
    await tx.site.create({ data: { ...site, policy: {}, shifts } });
    await tx.station.create({ data: { ...station, siteId: site.id } });
  }, site.id);
  return { ...site, station };
}
export type TestSite = Awaited<ReturnType<typeof aSite>>;

export async function aPerson(
  site: TestSite,
  { pin = "482917", roles = ["operator"] as readonly Role[], name = "Ana Ruiz" } = {},
) {
  const seed = actorOfSeed(site.id);
  const employeeNumber = randomUUID().slice(0, 8);
  const id = valueIn(await createPerson(seed, { employeeNumber, name }));
  for (const role of roles) valueIn(await giveRole(seed, id, role));
  const badge = valueIn(await issueBadge(seed, id));
  valueIn(await setPin(seed, id, pin));
  const stamp = {
    number: `OP-${employeeNumber}`,
    kind: "operator",
    issuedOn: "2025-01-01",
  } as const;
  valueIn(await issueStamp(seed, id, stamp));
  return { id, name, employeeNumber, badge, pin, stamp: stamp.number };
}

/** A browser's key pair, as WebCrypto would make it. */
export function aKeyPair() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicKey.export({ format: "jwk" });
  return {
    publicKey: { kty: "EC" as const, crv: "P-256" as const, x: jwk.x ?? "", y: jwk.y ?? "" },
    signs: (nonce: string) =>
      sign("sha256", Buffer.from(nonce), {
        key: privateKey,
        dsaEncoding: "ieee-p1363",
      }).toString("base64url"),
  };
}

/** An enrolled tablet of the site, as an actor, with the cookie that proves it. */
export async function aTablet(site: TestSite, name = "Tablet 1") {
  const { code } = valueIn(await makeEnrolmentCode(actorOfSeed(site.id), site.station.id));
  const keys = aKeyPair();
  const { token, at } = valueIn(
    await enrolDevice({ code, publicKey: keys.publicKey, name }, actorOfPresence),
  );
  const cookie = `${deviceCookie.name}=${token}`;
  const actor = await actorOfDevice({ headers: new Headers({ cookie }) });
  if (!actor?.device) throw new Error("the tablet is not enrolled");
  return { id: at.id, actor: actor as Actor, cookie, token, keys };
}
