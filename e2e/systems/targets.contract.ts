import { describe, expect, test, vi } from "vitest";

vi.hoisted(() => {
  process.env.BUYOFF_DB_ROLE = "worker";
});

import { readBack } from "#lib/feed/connectors/rest/talk.gateway";
import { change } from "./simulators/simulator.ts";
import { photos, ports, stageOf, until } from "./simulators/stage.ts";
import { targets } from "./simulators/targets.ts";

// What a target can't do is no test of it: one that is left out would count as failed.
describe.each(targets)("$preset", (target) => {
  const { open, made, states, reaches, record, polled, connector, only, there, plant } =
    stageOf(target);

  test("a defect becomes one record with its fields, read back; the secret stands in no attempt", async () => {
    await open();
    const { held, key } = await made();
    expect(JSON.stringify([held.fields, held.notes])).toContain("27.2");
    expect(JSON.stringify([held.fields, held.notes])).toContain(key);
    expect(await record()).toMatchObject({ external_id: held.id, status: "open" });
    const kept = JSON.stringify(await plant().attempts());
    expect(kept).not.toContain(target.secret);
    for (const session of there().world.sessions) expect(kept).not.toContain(session);
  });

  if (target.hasKey)
    test("failure 10: sent before our database went back to yesterday, it is found by our key and not written over", async () => {
      await open();
      const { held } = await made();
      change(held, { [target.title]: "as quality put it" });
      // By the next day every index has caught up.
      if (target.lagMs) await new Promise((resolve) => setTimeout(resolve, target.lagMs));
      await plant().query(
        "update deliveries set state = 'pending', external_id = null where site_id = $1",
        [plant().site],
      );
      // What a person changed there is a difference, for a person; not ours to undo.
      await until(ports, async () => (await states("create"))[0]?.state === "parked");
      expect(only(there().world.records).fields[target.title]).toBe("as quality put it");
      expect((await states("create"))[0]?.external_id).toBe(held.id);
    });

  test("failure 1: its answer is lost after it was done: one record, found again or left to a person", async () => {
    await open();
    there().faults.losesReply = true;
    await plant().logDefect();
    await reaches("create", target.hasKey ? "tracking" : "parked");
    only(there().world.records);
    if (!target.hasKey)
      expect((await states("create"))[0]?.last_result).toContain("no way to look it up");
  });

  test("a word on it is added once, also when the answer to it is lost", async () => {
    await open();
    const { traveler, defect, held } = await made();
    there().faults.losesReply = true;
    await plant().comment(traveler, defect, "2");
    await reaches("update", "verified");
    expect(
      held.notes.filter(({ text }) => text.includes("2") && !text.includes("27.2")),
    ).toHaveLength(1);
  });

  test("failure 12: the connection is cut in one of three photos: the record stands, only the missing one is sent again", async () => {
    await open();
    const { traveler, defect, held } = await made();
    const before = held.files.length;
    there().faults.cutsUpload = true;
    for (const { bytes } of photos) await plant().attachPhoto(traveler, defect, bytes);
    await reaches("attach", "verified", 3);
    const files = held.files.slice(before);
    expect(new Set(files.map(({ name }) => name)).size).toBe(3);
    expect(files.map(({ size }) => size)).toEqual(photos.map(({ bytes }) => bytes.length));
  });

  test("failures 23 and 24: what it keeps is not what was sent: parked with the field's name", async () => {
    await open();
    there().world.alters = target.altered;
    await plant().logDefect();
    await reaches("create", "parked");
    expect((await states("create"))[0]?.last_result).toBe(
      `differs in the QMS: ${target.alteredIs ?? target.altered}`,
    );
  });

  test("failure 33: credentials that count no more pause the connector; nothing is dead, no attempt is spent", async () => {
    await open();
    there().world.isRevoked = true;
    await plant().logDefect();
    await until(ports, async () => (await connector())?.status === "paused");
    expect(await states("create")).toMatchObject([{ state: "pending", attempts: 0 }]);
    expect(there().world.records).toEqual([]);
  });

  test("failure 33: let in before and not any more, the connector pauses; what waits keeps its attempts, what is there stays", async () => {
    await open();
    await made();
    there().world.isRevoked = true;
    await plant().logDefect();
    await until(ports, async () => (await connector())?.status === "paused");
    expect(await states("create")).toMatchObject([
      { state: "tracking" },
      { state: "pending", attempts: 0 },
    ]);
    only(there().world.records);
  });

  if (target.hasSession)
    test("failure 33: a session that has expired is begun anew once, for all that wait, and no attempt is spent", async () => {
      await open();
      await made();
      there().world.sessions.clear();
      const begun = there().world.begun;
      await Promise.all([plant().logDefect(), plant().logDefect(), plant().logDefect()]);
      await reaches("create", "tracking", 4);
      expect(there().world.begun - begun).toBe(1);
      for (const { attempts } of await states("create")) expect(attempts).toBe(0);
    });

  test("failure 36: asked too often, it is left alone for as long as it says", async () => {
    await open();
    there().faults.limits = 1;
    await plant().logDefect();
    await until(ports, async () => (await connector())?.waits !== null);
    const waits = Number((await connector())?.waits);
    expect(waits).toBeGreaterThan(target.waitsSeconds - 15);
    expect(waits).toBeLessThanOrEqual(target.waitsSeconds);
    const asked = there().asked.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(there().asked.length).toBe(asked);
  });

  test("failure 39: what it refuses, whatever its status says, stops for a person with its own words", async () => {
    await open();
    there().world.refuses = target.refused;
    await plant().logDefect();
    await reaches("create", "parked");
    expect((await states("create"))[0]?.last_result).toContain("rejected: ");
    expect((await states("create"))[0]?.last_result).toContain(target.refusal);
    expect(there().world.records).toEqual([]);
  });

  test("failure 30: what is decided there comes back by asking, also two changes within one second", async () => {
    await open();
    const { held } = await made();
    change(held, target.decided[0]);
    await polled(async () => (await record())?.status === target.decided[1]);
    change(held, target.closed[0]);
    await polled(async () => (await record())?.status === target.closed[1]);
  });

  const { disposed } = target;
  if (disposed)
    test("a decision comes back with quantity and authority, in our words; one that nobody has mapped is told as none", async () => {
      await open();
      const { held } = await made();
      change(held, disposed.there);
      await polled(async () => (await record())?.dispositions.length === 1);
      expect(await record()).toMatchObject({
        status: "dispositioned",
        dispositions: [disposed.here],
        missing_words: null,
      });
      change(held, disposed.unmapped);
      await polled(async () => (await record())?.missing_words !== null);
      expect(await record()).toMatchObject({
        status: "dispositioned",
        dispositions: [],
        missing_words: Object.values(disposed.unmapped),
      });
    });

  if (target.voided)
    test("failure 47: void there is void here", async () => {
      await open();
      const { held } = await made();
      change(held, target.voided ?? {});
      await polled(async () => (await record())?.status === "void");
    });

  test("failure 48: deleted there, nothing is made again: what is added stops and says so", async () => {
    await open();
    const { traveler, defect, held } = await made();
    there().world.records.length = 0;
    const config = { ...target.config(there().url), allow: ["127.0.0.1"] };
    const quiet = { onSend: async () => undefined };
    const read = await readBack({ config, secret: target.secret }, held.id, quiet);
    expect(read.kind).toBe("not_found");
    await plant().comment(traveler, defect, "2");
    await reaches("update", "parked");
    expect(there().world.records).toEqual([]);
  });
});
