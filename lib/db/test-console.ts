import { format } from "node:util";
import { afterEach, expect, vi } from "vitest";

// What a person would find in the log of a plant is part of the behaviour: a test that makes noise fails.
const complaints: string[] = [];
for (const level of ["error", "warn"] as const) {
  vi.spyOn(console, level).mockImplementation((...args) => complaints.push(format(...args)));
}

afterEach(() => {
  expect(complaints.splice(0), "written to console.error or console.warn").toEqual([]);
});
