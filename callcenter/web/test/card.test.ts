// What the call card shows, in every situation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cardOf, lineHealth, mayHaveOutcome } from "../src/agent/card";
import { agent, call, part, ready } from "./builders";

const offer = { id: "o1", agent: "ana", made_at: 100, expires_at: 20_100, accepted: false, reasons: [] };

test("nothing is known yet", () => {
  assert.equal(cardOf(null, {}, ready, true).kind, "loading");
});

test("an offer rings until it is over", () => {
  const card = cardOf(agent({ activity: "reserved", state: "ringing", call: "c1" }), { c1: call({ offer }) }, ready, true);
  assert.equal(card.kind, "ringing");
  assert.ok(card.kind === "ringing" && card.endsAt === 20_100 && !card.answering);
});

test("answered and not yet joined, the buttons wait", () => {
  const reserved = agent({ activity: "reserved", call: "c1" });
  const accepted = cardOf(reserved, { c1: call({ offer: { ...offer, accepted: true } }) }, ready, true);
  const pressed = cardOf(reserved, { c1: call({ offer }) }, { ...ready, ring: "answering" }, true);
  assert.ok(accepted.kind === "ringing" && accepted.answering);
  assert.ok(pressed.kind === "ringing" && pressed.answering);
});

test("talking, holding and placing follow the activity", () => {
  const calls = { c1: call({ conversations: [part()] }) };
  for (const [activity, kind] of [["talking", "talking"], ["holding", "holding"], ["dialing", "placing"]] as const)
    assert.equal(cardOf(agent({ activity, call: "c1" }), calls, ready, true).kind, kind);
});

test("a lost line is shown while the caller is kept, and not after", () => {
  const holding = agent({ activity: "holding", call: "c1" });
  assert.equal(cardOf(holding, { c1: call({ conversations: [part({ line_lost_until: 9 })] }) }, ready, true).kind, "lost");
  assert.equal(cardOf(holding, { c1: call({ conversations: [part({ line_lost_until: 9, left_at: 8 })] }) }, ready, true).kind, "holding");
});

test("wrap-up shows its call, even when the next call would already be there", () => {
  const wrapping = agent({ activity: "wrapping", call: null, wrap_up: { call: "c1", queue: null, since: 1, limit_at: 2, hard_at: 3 } });
  const card = cardOf(wrapping, { c1: call({ state: "over" }) }, ready, true);
  assert.ok(card.kind === "wrap" && card.call?.id === "c1");
  assert.ok(mayHaveOutcome(card));
});

test("without a microphone the desk says so, but never over a call", () => {
  const broken = { ...ready, device: "missing" as const };
  assert.equal(cardOf(agent(), {}, broken, true).kind, "device");
  assert.equal(cardOf(agent(), {}, broken, false).kind, "idle");
  assert.equal(cardOf(agent({ activity: "talking", call: "c1" }), { c1: call() }, broken, true).kind, "talking");
});

test("outcomes wait until the two have talked", () => {
  assert.equal(mayHaveOutcome(cardOf(agent({ activity: "reserved", call: "c1" }), { c1: call({ offer }) }, ready, true)), false);
  assert.equal(mayHaveOutcome(cardOf(agent(), {}, ready, true)), false);
});

test("the worst trouble of the line is the one that is said", () => {
  assert.equal(lineHealth(ready, "live"), "ready");
  assert.equal(lineHealth({ ...ready, line: "refused" }, "live"), "refused");
  assert.equal(lineHealth({ ...ready, device: "denied", line: "lost" }, "live"), "no-device");
  assert.equal(lineHealth({ ...ready, device: "denied" }, "lost"), "not-live");
  assert.equal(lineHealth(ready, "lost", false), "not-live");
  assert.equal(lineHealth(ready, "live", false), "not-deciding");
});
