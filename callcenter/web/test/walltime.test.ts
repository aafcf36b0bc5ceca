// A time that a person picks on a clock, and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { instantOf, wallTime } from "../src/walltime";

const NEW_YORK = "America/New_York";

test("what the clock on the wall shows is the instant that was picked", () => {
  for (const zone of [NEW_YORK, "Asia/Shanghai", "Asia/Kathmandu", "UTC", "Pacific/Auckland"]) {
    for (let month = 0; month < 12; month++) {
      const at = Date.UTC(2026, month, 11, 4, 35);
      assert.equal(instantOf(wallTime(at, zone), zone), at, `${zone} ${month}`);
    }
  }
  assert.equal(wallTime(Date.UTC(2026, 10, 23, 14, 5), NEW_YORK), "2026-11-23T09:05");
  assert.equal(wallTime(Date.UTC(2026, 10, 24, 5, 0), NEW_YORK), "2026-11-24T00:00");
});

test("an hour that is there twice is its first, one that is left out is the time after it", () => {
  assert.equal(instantOf("2026-11-01T01:30", NEW_YORK), Date.UTC(2026, 10, 1, 5, 30)); // still summer time
  const skipped = instantOf("2026-03-08T02:30", NEW_YORK)!;
  assert.ok(["2026-03-08T03:30", "2026-03-08T01:30"].includes(wallTime(skipped, NEW_YORK)));
});

test("what is no time is none", () => {
  for (const text of ["", "2026-11-23", "tomorrow", "2026-11-23T25:00"]) assert.equal(instantOf(text, NEW_YORK), null);
});
