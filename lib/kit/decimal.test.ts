import { expect, test } from "vitest";
import { mean, range } from "./decimal.ts";

test("a mean shows one decimal more than its values, a range as many", () => {
  expect(mean(["19.058", "19.061", "19.062"])).toBe("19.0603");
  expect(mean(["1", "2"])).toBe("1.5");
  expect(mean(["-1.0", "-1.1"])).toBe("-1.05");
  expect(range(["19.058", "19.061", "19.050"])).toBe("0.011");
  expect(range(["10", "9.5"])).toBe("0.5");
  expect(range(["5"])).toBe("0");
  expect(range([])).toBe("0");
});
