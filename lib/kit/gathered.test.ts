import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { gathered } from "./gathered.ts";

const never = () => false;

test("who asks while others are answered goes with the next; each has its own answer, and none is asked twice", async () => {
  const sent: number[][] = [];
  const ask = gathered<number, number>(
    async (all) => {
      sent.push([...all]);
      await wait(10);
      return all.map((one) => one * 2);
    },
    { most: 3, isOfOne: never },
  );
  const first = ask(1);
  await wait(3);
  const others = [2, 3, 4, 5].map(ask);
  expect(await first).toBe(2);
  expect(await Promise.all(others)).toEqual([4, 6, 8, 10]);
  expect(sent).toEqual([[1], [2, 3, 4], [5]]);
  expect(await ask(6)).toBe(12);
});

test("one that can't be sent takes nobody with it; where it was not one's own fault nothing is sent again", async () => {
  const sent: number[][] = [];
  const problemWith = (name: string, isOfOne: () => boolean) =>
    gathered<number, number>(
      async (all) => {
        sent.push([...all]);
        if (all.includes(2)) throw new Error(name);
        return all;
      },
      { most: 10, isOfOne },
    );
  const ask = problemWith("bad", () => true);
  const settled = await Promise.allSettled([1, 2, 3].map(ask));
  expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(sent.splice(0)).toEqual([[1, 2, 3], [1], [2], [3]]);

  const lost = problemWith("connection lost", never);
  const all = await Promise.allSettled([1, 2, 3].map(lost));
  expect(all.map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
  expect(sent).toEqual([[1, 2, 3]]);
});
