// What creates something carries a key: the same for a double press and for a repetition after a failure of the line, new otherwise.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ApiFault, api } from "../src/api/http";

interface Sent {
  readonly key: string | null;
  answer(status: number, body: unknown): void;
  fail(): void;
}

let sent: Sent[] = [];
const browser = globalThis.fetch;

beforeEach(() => {
  sent = [];
  globalThis.fetch = ((_: string, options: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      sent.push({
        key: new Headers(options.headers).get("Idempotency-Key"),
        answer: (status, body) => resolve(new Response(JSON.stringify(body), { status })),
        fail: () => reject(new TypeError("the line is down")),
      });
    })) as typeof fetch;
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => {
  globalThis.fetch = browser;
  mock.timers.reset();
});

const at = (index: number): Sent => {
  const found = sent[index];
  assert.ok(found);
  return found;
};
const error = (code: string) => ({ code, message: { en: "e", zh: "z" }, field: null });

test("two presses have one key, and another thing has another", async () => {
  const first = api.create("/contacts", { name: "a" });
  const second = api.create("/contacts", { name: "a" });
  const other = api.create("/contacts", { name: "b" });
  assert.match(at(0).key ?? "", /^[0-9a-f]{32}$/);
  assert.equal(at(1).key, at(0).key);
  assert.notEqual(at(2).key, at(0).key);
  for (const one of sent) one.answer(201, {});
  await Promise.all([first, second, other]);
  const pressedAgain = api.create("/contacts", { name: "a" });
  assert.equal(at(3).key, at(0).key);
  at(3).answer(201, {});
  await pressedAgain;
});

test("after a failure of the line the same key is sent again, until there is an answer", async () => {
  const first = api.create("/calls", { number: "1" });
  at(0).fail();
  await assert.rejects(first, (fault: ApiFault) => fault.status === 0);
  const second = api.create("/calls", { number: "1" });
  assert.equal(at(1).key, at(0).key);
  at(1).answer(503, error("try_again"));
  await assert.rejects(second, ApiFault);
  const third = api.create("/calls", { number: "1" });
  assert.equal(at(2).key, at(0).key);
  at(2).answer(409, error("busy"));
  await assert.rejects(third, ApiFault);
  const later = api.create("/calls", { number: "1" });
  assert.notEqual(at(3).key, at(0).key);
  at(3).answer(201, {});
  await later;
});

test("the same thing some time later is a new thing", async () => {
  const first = api.create("/calls", { number: "2" });
  at(0).answer(201, {});
  await first;
  mock.timers.tick(1000);
  const second = api.create("/calls", { number: "2" });
  assert.notEqual(at(1).key, at(0).key);
  at(1).answer(201, {});
  await second;
});

test("an attempt that failed is forgotten after a minute: whoever calls again then means it", async () => {
  const first = api.create("/calls", { number: "3" });
  at(0).fail();
  await assert.rejects(first, ApiFault);
  mock.timers.tick(60_000);
  const second = api.create("/calls", { number: "3" });
  assert.notEqual(at(1).key, at(0).key);
  at(1).answer(201, {});
  await second;
});
