// The axis of a chart: its top and every line are round numbers, as they are written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lines, niceTop } from "../src/statistics/axis";

test("every grid line is a round number", () => {
  for (const peak of [0.001, 0.013, 0.031, 0.044, 0.07, 0.09, 0.12, 0.18, 0.22, 0.33, 0.45, 0.52, 0.7, 0.85, 0.9, 3, 17, 230]) {
    const top = niceTop(peak);
    assert.ok(top >= peak);
    const steps = lines(top);
    assert.equal(steps[0], 0);
    assert.ok(Math.abs(steps.at(-1)! - top) < 1e-9);
    const digit = steps[1]! / 10 ** Math.floor(Math.log10(steps[1]!) + 1e-9);
    assert.ok([1, 2, 5].some((round) => Math.abs(digit - round) < 1e-6), `${top}: lines ${steps.join(" ")}`);
  }
});
