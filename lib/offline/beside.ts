import { sha256Hex } from "#lib/kit/canonical";
import type { Refusal } from "#lib/travelers/refusal.schema";
import type { CommandBody } from "#lib/travelers/schema";
import type { Acts } from "./acts.ts";
import type { Core } from "./core.ts";
import { showStored } from "./packets.ts";
import { newCommandId } from "./queue.ts";
import type { FloorPerson } from "./wire.schema.ts";

/** What the rules would say to this signature: asked before anybody types a PIN. No `beside`: who is signed in gives it. */
export async function foretoldBeside(
  core: Core,
  foretell: Acts["foretell"],
  body: CommandBody<"signBuyoff">,
  beside: FloorPerson | null,
): Promise<Refusal | null> {
  const key = core.view().session?.sealing?.id ?? "";
  const commandId = newCommandId(core.nowMs());
  const seal = { commandId, sealed: "", sha256: sha256Hex(""), key };
  return foretell("signBuyoff", body, { seal, ...(beside && { beside }) });
}

/** Their name stands at the signature that they gave here, also before the server has said it of this unit. */
export async function introduce(core: Core, traveler: string, person: FloorPerson): Promise<void> {
  const tx = core.db.transaction("packets", "readwrite", { durability: "strict" });
  const stored = await tx.store.get(traveler);
  if (stored !== undefined && stored.packet.people[person.id] === undefined) {
    const { name, initials } = person;
    const stamps = person.stamps.map(({ number }) => number);
    const people = { [person.id]: { name, initials, employeeNumber: "", stamps } };
    const packet = { ...stored.packet, people: { ...stored.packet.people, ...people } };
    await tx.store.put({ ...stored, packet });
  }
  await tx.done;
  await showStored(core, traveler);
}
