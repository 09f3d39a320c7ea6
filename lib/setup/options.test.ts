import { expect, it } from "vitest";
import { optionsOf } from "./options.ts";

it("takes a port and --lan", () => {
  expect(optionsOf(["start", "--port", "3100", "--lan"])).toMatchObject({
    command: "start",
    port: 3100,
    isOnLan: true,
  });
  expect(optionsOf(["dev"])).toMatchObject({ command: "dev", port: 3000, isOnLan: false });
});

it.each([
  [["start", "--port", "http"], /--port takes a number from 1 to 65535, not "http"/],
  [["start", "--port", "70000"], /--port takes a number/],
  [["start", "--prot", "1"], /Only --port <number> and --lan can be given/],
  [["strat"], /Buyoff knows these commands: start, dev/],
])("says what it understands of %j", (args, sentence) => {
  expect(() => optionsOf(args)).toThrow(sentence);
});
