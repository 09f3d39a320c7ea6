import { expect, test, vi } from "vitest";
import { later } from "./later.ts";

test("a part is fetched once, however often it is asked for", async () => {
  const fetched = vi.fn(async () => "screen");
  const part = later(fetched);
  expect(part.here()).toBeNull();
  expect(fetched).not.toHaveBeenCalled();
  expect(await Promise.all([part.bring(), part.bring()])).toEqual(["screen", "screen"]);
  expect(part.here()).toBe("screen");
  await part.bring();
  expect(fetched).toHaveBeenCalledTimes(1);
});

test("what the network did not give is asked for again until it is here", async () => {
  vi.useFakeTimers();
  let failures = 3;
  const part = later(async () => {
    failures -= 1;
    if (failures >= 0) throw new Error("no network");
    return "screen";
  });
  const brought = part.bring();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await brought).toBe("screen");
  expect(failures).toBe(-1);
  vi.useRealTimers();
});
