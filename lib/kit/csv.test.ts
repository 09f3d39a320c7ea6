import { expect, test } from "vitest";
import { linesOfCsv } from "./csv.ts";

const read = (text: string) => {
  const lines = linesOfCsv(text);
  return lines.ok ? lines.value : lines.error;
};

test("the heading shows what separates the cells, and the other signs are part of their words", () => {
  expect(read("from;to;factor\nN·m;lbf.in;8,850745791\nTRQ-01;Alto, fuera de límite;\n")).toEqual([
    ["from", "to", "factor"],
    ["N·m", "lbf.in", "8,850745791"],
    ["TRQ-01", "Alto, fuera de límite", ""],
  ]);
  expect(read("from,to\nA;1,B\n")).toEqual([
    ["from", "to"],
    ["A;1", "B"],
  ]);
  expect(read("from\tto\nA,1\tB;2\n")).toEqual([
    ["from", "to"],
    ["A,1", "B;2"],
  ]);
  expect(read('\uFEFF"from, ours, yours";to\nA;B\n')).toEqual([
    ["from, ours, yours", "to"],
    ["A", "B"],
  ]);
  expect(read("only\nA\n")).toEqual([["only"], ["A"]]);
});

test("a spreadsheet's own line on its separator is none of the list", () => {
  expect(read("\uFEFFsep=;\r\nfrom;to\r\nA,1;B\r\n")).toEqual([
    ["from", "to"],
    ["A,1", "B"],
  ]);
});

test("what can't be read says from which line on", () => {
  expect(read('from,to\nA,"B\n')).toEqual({ line: expect.stringMatching(/^\d$/) });
});
