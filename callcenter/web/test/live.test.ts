// Snapshot and deltas: what is shown after them equals a fresh snapshot.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Delta, Snapshot } from "../src/api/types";
import { applyDelta, fromSnapshot, patch } from "../src/live/topic";
import { agent, call, queue } from "./builders";

const none = { queues: {}, agents: {}, calls: {} };
const gone = { queues: [], agents: [], calls: [] };
const snapshot = { type: "snapshot", now: 0, subscription: 1, topic: "board", position: 10, center: { waiting: 1 }, queues: { billing: queue() }, agents: { ana: agent() }, calls: { c1: call() } } as unknown as Snapshot;
const delta = (position: number, set: Partial<Delta["set"]> = {}, remove: Partial<Delta["remove"]> = {}, center: Delta["center"] = null) => ({ position, center, set: { ...none, ...set }, remove: { ...gone, ...remove } });

test("entities are replaced whole and removed by id; the rest stays the same object", () => {
  const before = fromSnapshot(snapshot);
  const after = applyDelta(before, delta(11, { agents: { ana: agent({ state: "talking" }), bo: agent({ id: "bo" }) } }, { calls: ["c1"] }))!;
  assert.deepEqual(Object.keys(after.agents), ["ana", "bo"]);
  assert.equal(after.agents["ana"]?.state, "talking");
  assert.deepEqual(after.calls, {});
  assert.equal(after.queues, before.queues);
  assert.equal(after.center, before.center);
  assert.equal(after.position, 11);
  assert.deepEqual(Object.keys(before.calls), ["c1"], "what was there is not changed");
});

test("a delta that is older than what is shown changes nothing; names may come later at the same position", () => {
  const views = fromSnapshot(snapshot);
  assert.equal(applyDelta(views, delta(9, { agents: { bo: agent() } })), null);
  assert.equal(applyDelta(views, delta(10, { agents: { ana: agent({ name: "Ana Ruiz" }) } }))?.agents["ana"]?.name, "Ana Ruiz");
});

test("the center is replaced only when it is sent", () => {
  const views = fromSnapshot(snapshot);
  const center = { ...views.center, waiting: 5 };
  assert.equal(applyDelta(views, delta(11, {}, {}, center))!.center.waiting, 5);
});

test("an id that is set and removed at once is there: it came back", () => {
  assert.deepEqual(Object.keys(patch({ queues: {}, agents: {}, calls: {} }, { calls: { c2: call() } }, { calls: ["c2"] }).calls), ["c2"]);
});

test("deltas in order give what a fresh snapshot gives, over many random histories", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let history = 0; history < 50; history += 1) {
    const truth: Record<string, ReturnType<typeof call>> = {};
    let views = fromSnapshot({ ...snapshot, calls: {}, position: 0 });
    for (let position = 1; position < 60; position += 1) {
      const id = `c${random(8)}`;
      if (random(3) === 0) {
        delete truth[id];
        views = applyDelta(views, delta(position, {}, { calls: [id] }))!;
      } else {
        truth[id] = call({ id, since: position });
        views = applyDelta(views, delta(position, { calls: { [id]: truth[id] } }))!;
      }
    }
    assert.deepEqual(views.calls, truth);
  }
});
