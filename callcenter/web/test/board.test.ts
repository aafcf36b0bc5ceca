// What the board reads out of the views, and how figures are judged and written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { groups, isOver, longest, waitingCalls, waitLevel } from "../src/board/tally";
import { judge, parts, sides, written } from "../src/figures";
import { comparedFirst, readSelection } from "../src/statistics/filter";
import { agent, call, figure, queue } from "./builders";

test("a wait is amber from half of the alarm on, red from the alarm on", () => {
  assert.equal(waitLevel(null, 1000), "");
  assert.equal(waitLevel(499, 1000), "");
  assert.equal(waitLevel(500, 1000), "warn");
  assert.equal(waitLevel(1000, 1000), "danger");
});

test("the longest wait of all queues", () => {
  assert.equal(longest({ a: queue({ id: "a" }) }), null);
  assert.equal(longest({ a: queue({ id: "a", longest_since: 50 }), b: queue({ id: "b", longest_since: 20 }), c: queue({ id: "c" }) })?.id, "b");
});

test("waiting callers, longest first; those who talk are not among them", () => {
  const found = waitingCalls({ x: call({ id: "x", waiting_since: 30 }), y: call({ id: "y", waiting_since: 10 }), z: call({ id: "z", state: "connected" }) });
  assert.deepEqual(found.map((each) => each.id), ["y", "x"]);
});

test("agents are grouped by state in the board's order and stand by name", () => {
  const found = groups({ 1: agent({ id: "1", name: "Bo", state: "talking" }), 2: agent({ id: "2", name: "Al", state: "talking" }), 3: agent({ id: "3", name: "Cy" }), 4: agent({ id: "4", state: "signed_out" }) }, "state");
  assert.deepEqual(found.map((group) => [group.key, group.agents.map((each) => each.name)]), [["available", ["Cy"]], ["talking", ["Al", "Bo"]]]);
});

test("an agent of two queues stands in both", () => {
  assert.deepEqual(groups({ 1: agent({ queues: ["b", "a"] }) }, "queue").map((group) => group.key), ["a", "b"]);
});

test("amber agents: over the wrap-up's limit, a missed call, available but not reachable", () => {
  const wrap_up = { call: "c", queue: null, since: 0, limit_at: 100, hard_at: 200 };
  assert.equal(isOver(agent({ wrap_up }), 100), false);
  assert.equal(isOver(agent({ wrap_up }), 101), true);
  assert.equal(isOver(agent({ set_aside: { why: "missed_call", since: 0, until: 9 } }), 5), true);
  assert.equal(isOver(agent({ set_aside: { why: "rejected", since: 0, until: 9 } }), 5), false);
  assert.equal(isOver(agent({ reachable: false }), 5), true);
});

test("figures are judged only against a target", () => {
  assert.equal(judge("service_level", figure(0.5)), "");
  assert.equal(judge("service_level", figure(0.8, 0.8)), "");
  assert.equal(judge("service_level", figure(0.72, 0.8)), "warn");
  assert.equal(judge("service_level", figure(0.612, 0.8)), "danger");
  assert.equal(judge("abandon_rate", figure(0.05, 0.05)), "");
  assert.equal(judge("abandon_rate", figure(0.054, 0.05)), "warn");
  assert.equal(judge("abandon_rate", figure(0.078, 0.05)), "danger");
  assert.equal(judge("abandon_rate", figure(null, 0.05)), "");
});

test("figures are written in their unit, and their parts too", () => {
  assert.equal(written("occupancy", 0.441), "44.1%");
  assert.equal(written("asa", 34_000), "0:34");
  assert.equal(written("offered", 1204), "1,204");
  assert.equal(written("offered", null), "–");
  assert.deepEqual(parts("occupancy", { value: 0.441, numerator: 750_000, denominator: 1_700_000, target: null }), { above: "12:30", below: "28:20" });
  assert.deepEqual(parts("abandon_rate", { value: 0.076, numerator: 92, denominator: 1204, target: null }), { above: "92", below: "1,204" });
});

test("a formula is split at its fraction stroke", () => {
  assert.deepEqual(sides("(a − b) / (c − b)"), { above: "a − b", below: "c − b" });
  assert.deepEqual(sides("a / c"), { above: "a", below: "c" });
  assert.equal(sides("offered"), null);
});

test("the selection is read from the address, and nonsense in it is ignored", () => {
  const read = (text: string) => readSelection(new URLSearchParams(text), "2026-04-14");
  assert.equal(read("").first, "2026-04-14");
  assert.equal(read("first=x&step=2m").step, "30m");
  assert.equal(read("first=2026-04-01&last=2026-04-10").step, "1d");
  assert.deepEqual(read("queue=a&queue=b").queues, ["a", "b"]);
  assert.equal(read("first=2026-04-10&last=2026-04-01").last, "2026-04-10");
});

test("compared periods have the same length", () => {
  assert.equal(comparedFirst({ first: "2026-04-14", last: "2026-04-14", compare: "week" }), "2026-04-07");
  assert.equal(comparedFirst({ first: "2026-04-14", last: "2026-04-14", compare: "before" }), "2026-04-13");
  assert.equal(comparedFirst({ first: "2026-04-08", last: "2026-04-14", compare: "week" }), "2026-04-01");
  assert.equal(comparedFirst({ first: "2026-04-01", last: "2026-04-14", compare: "week" }), "2026-03-18");
  assert.equal(comparedFirst({ first: "2026-04-01", last: "2026-04-03", compare: "before" }), "2026-03-29");
  assert.equal(comparedFirst({ first: "2026-04-01", last: "2026-04-03", compare: "none" }), null);
});
