import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { limits, settingProblems } from "./settings.ts";

const usual = z.object(limits).parse({});
const page = readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8");

it("is what docs/settings.md says, each with its bounds", () => {
  for (const [name, value] of Object.entries(usual)) {
    const row = page.split("\n").find((line) => line.startsWith(`| ${name} |`));
    const [, , says, bounds] = row?.split("|").map((cell) => cell.trim()) ?? [];
    expect(says, name).toBe(String(value));
    const [least, most] =
      bounds
        ?.match(/^(\d+) to (\d+)$/)
        ?.slice(1)
        .map(Number) ?? [];
    if (least === undefined || most === undefined) continue;
    expect(settingProblems({ [name]: String(least) }), name).toEqual([]);
    expect(settingProblems({ [name]: String(most) }), name).toEqual([]);
    expect(settingProblems({ [name]: String(least - 1) }), name).toHaveLength(1);
    expect(settingProblems({ [name]: String(most + 1) }), name).toHaveLength(1);
  }
});

it.each(["0", "-1", "2.5", "two", "1e1", " 2", "99999999999999999999"])(
  "takes no %j minutes of idleness, and says what it takes",
  (minutes) => {
    expect(settingProblems({ BUYOFF_IDLE_MINUTES: minutes })).toEqual([
      `BUYOFF_IDLE_MINUTES takes a whole number from 1 to 15, not "${minutes}".`,
    ]);
  },
);

it("lets a wait be as long as the last or longer, and never for good", () => {
  for (const waits of ["5", "1,5,15,30", "10,10,60"]) {
    expect(settingProblems({ BUYOFF_LOCKOUT_MINUTES: waits })).toEqual([]);
  }
  for (const waits of ["0", "5,1", "1,61", "1,,5", "1;5", "1,2,3,4,5,6,7"]) {
    expect(settingProblems({ BUYOFF_LOCKOUT_MINUTES: waits })).toHaveLength(1);
  }
  expect(settingProblems({ BUYOFF_LOCKOUT_MINUTES: "" })).toEqual([]);
});

it("names what is wrong with an address, a moment or a key, and never shows the key", () => {
  expect(settingProblems({ BUYOFF_ORIGIN: "plant.example" })[0]).toMatch(
    /^BUYOFF_ORIGIN takes an address such as .+, not "plant.example".$/,
  );
  expect(settingProblems({ BUYOFF_DEMO_NOW: "yesterday" })).toHaveLength(1);
  expect(settingProblems({ BUYOFF_LOG_LEVEL: "loud" })).toHaveLength(1);
  expect(settingProblems({ BUYOFF_SECRET: "hunter2" })[0]).toMatch(/^BUYOFF_SECRET takes 32 bytes/);
  expect(settingProblems({ BUYOFF_SECRET: "hunter2" })[0]).not.toContain("hunter2");
});
