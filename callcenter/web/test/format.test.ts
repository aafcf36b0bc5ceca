// Figures as people read them.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as f from "../src/format";

const AT = Date.UTC(2026, 3, 14, 14, 42, 7); // a Tuesday
const NEW_YORK = "America/New_York";

test("durations are m:ss, with hours from one hour on, and a real minus sign", () => {
  assert.equal(f.duration(0), "0:00");
  assert.equal(f.duration(59_999), "0:59");
  assert.equal(f.duration(278_000), "4:38");
  assert.equal(f.duration(3_600_000), "1:00:00");
  assert.equal(f.duration(-18_000), "−0:18");
  assert.equal(f.duration(-400), "0:00");
  assert.equal(f.duration(null), "–");
});

test("a time since never runs backwards", () => {
  assert.equal(f.since(1000, 500), "0:00");
  assert.equal(f.since(0, 61_000), "1:01");
  assert.equal(f.since(null, 5), "–");
});

test("numbers, percentages and signs", () => {
  assert.equal(f.count(1506), "1,506");
  assert.equal(f.count(null), "–");
  assert.equal(f.percent(0.0764), "7.6%");
  assert.equal(f.percent(0.8, 0), "80%");
  assert.equal(f.percent(null), "–");
  assert.equal(f.signed(3.2), "+3");
  assert.equal(f.signed(-2), "−2");
  assert.equal(f.signed(-0.2), "0");
});

test("times and days are the center's, in both languages", () => {
  assert.equal(f.clock(AT, "en", NEW_YORK), "10:42");
  assert.equal(f.clock(AT, "zh", NEW_YORK, true), "10:42:07");
  assert.equal(f.day(AT, "en", NEW_YORK), "Tue 14 Apr");
  assert.equal(f.day(AT, "zh", NEW_YORK), "4月14日 周二");
  assert.equal(f.date(AT, "en", NEW_YORK), "14 Apr 2026");
  assert.equal(f.isoDay(Date.UTC(2026, 3, 14, 2), NEW_YORK), "2026-04-13");
  assert.equal(f.when(AT, AT + 60_000, "en", NEW_YORK), "10:42");
  assert.equal(f.when(AT, AT + 86_400_000, "en", NEW_YORK), "14 Apr");
  assert.equal(f.dayWords("2026-04-14", "en", "long"), "Tue 14 Apr 2026");
});

test("midnight is 00:00 and not 24:00", () => {
  assert.equal(f.clock(Date.UTC(2026, 0, 1, 5), "en", NEW_YORK), "00:00");
});

test("days are counted on the calendar, over the change of the clocks too", () => {
  assert.equal(f.addDays("2026-03-08", 1), "2026-03-09");
  assert.equal(f.addDays("2026-03-01", -1), "2026-02-28");
});

test("zones say how far they are from UTC", () => {
  assert.equal(f.offset(AT, NEW_YORK), "UTC−4");
  assert.equal(f.offset(AT, "Asia/Kolkata"), "UTC+5:30");
  assert.equal(f.offset(AT, "Asia/Shanghai"), "UTC+8");
});

test("initials of Latin and Chinese names", () => {
  assert.equal(f.initials("Rosa Mendel"), "RM");
  assert.equal(f.initials("陈晓雯"), "晓雯");
  assert.equal(f.initials(""), "");
});
