import { expect, test } from "vitest";
import { qmsSandboxConfig } from "../qms-sandbox/rules.ts";
import { driftOf, namesIn, namesRead, shapeOf } from "./shape.rules.ts";

const names = namesRead(qmsSandboxConfig("http://127.0.0.1:1"));
const record = {
  number: "NCR-1",
  version: 3,
  status: "open",
  external_key: "buyoff:x",
  fields: { severity: "major", quantity: "1", balloon: null, colour: "red" },
  comments: [{ external_key: "k", text: "seen" }],
  dispositions: [],
};

test("the names are those that the expressions look for, wherever they stand", () => {
  expect([...namesIn('{ "a": x.y, "b": $count(list[kind = "k"].deep) }')].sort()).toEqual(
    ["x", "y", "list", "kind", "deep"].sort(),
  );
  expect(names.has("severity")).toBe(true);
  expect(names.has("colour")).toBe(false);
});

test("a shape has what the mapping reads, by path and type, and nothing else", () => {
  expect(shapeOf(record, names)).toEqual({
    number: "string",
    version: "number",
    status: "string",
    external_key: "string",
    "fields.severity": "string",
    "fields.quantity": "string",
    "fields.balloon": "nothing",
    comments: "list",
    "comments[].external_key": "string",
    dispositions: "list",
  });
});

test("what is gone or of another type is named; what is new, empty now, or in an empty list is not", () => {
  const learned = shapeOf(record, names);
  const drifted = {
    ...record,
    version: "3",
    fields: { quantity: null, balloon: "12", gage: "TW-1" },
    comments: [],
  };
  expect(driftOf(learned, shapeOf(drifted, names))).toEqual({
    gone: ["fields.severity"],
    changed: [{ path: "version", was: "number", is: "string" }],
  });
  expect(driftOf(learned, learned)).toEqual({ gone: [], changed: [] });
  const { comments: _, ...without } = record;
  expect(driftOf(learned, shapeOf(without, names)).gone).toEqual([
    "comments",
    "comments[].external_key",
  ]);
});
