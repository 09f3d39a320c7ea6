import { expect, it } from "vitest";
import { fromAddress, placeText } from "./pages.rules.ts";

const place = {
  urgency: 3,
  releasedAt: 1_795_000_000_123,
  id: "0198c0de-0000-7000-8000-0123456789ab",
};

it("reads the place that it wrote, and the way to go from it", () => {
  expect(fromAddress({ after: placeText(place) })).toEqual({ way: "after", place });
  expect(fromAddress({ before: placeText(place) })).toEqual({ way: "before", place });
});

it("takes an address that nobody of ours wrote for the first page", () => {
  for (const odd of [
    "",
    "1",
    "9_1_x",
    placeText({ ...place, urgency: 7 }),
    `${placeText(place)}'`,
    placeText({ ...place, releasedAt: Number.MAX_VALUE }),
    placeText({ ...place, id: "' or true --" }),
  ]) {
    expect(fromAddress({ after: odd }), odd).toBeNull();
    expect(fromAddress({ before: odd }), odd).toBeNull();
  }
  expect(fromAddress({})).toBeNull();
});
