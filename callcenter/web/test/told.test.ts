// Entries of the audit log in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { language } from "../src/i18n";
import { moreOf, type Names, subjectOf } from "../src/people/told";

const names: Names = { logins: new Map([[5, "ana"]]), team: (id) => id.toUpperCase(), moment: (at) => `at ${at}` };
const entry = (subject: string, details: object = {}) => ({ subject, details: JSON.stringify(details) });

test("a subject is called by its name, and what is not known stays as it is", () => {
  assert.equal(subjectOf(entry("users/5"), names), "ana");
  assert.equal(subjectOf(entry("users/6"), names), "users/6");
  assert.equal(subjectOf(entry("users/unknown"), names), "an unknown user name");
  assert.equal(subjectOf(entry("webhooks/3", { name: "crm" }), names), "webhook crm");
  assert.equal(subjectOf(entry("webhooks/3", { before: { name: "old" }, after: { name: "new" } }), names), "webhook old");
  assert.equal(subjectOf(entry("webhooks/3"), names), "webhook 3");
  assert.equal(subjectOf(entry("center/7"), names), "center, version 7");
  assert.equal(subjectOf(entry("statistics/queues.csv"), names), "statistics queues.csv");
  assert.equal(subjectOf(entry("rockets/7"), names), "rockets/7");
});

test("details are told in words, of a change only what differs", () => {
  const before = { role: "agent", agent: "ana", teams: null, active: true };
  const after = { role: "supervisor", agent: "ana", teams: ["day", "night"], active: false };
  assert.equal(moreOf(JSON.stringify({ before, after, sessions_ended: 2 }), names), "role: agent → supervisor · teams: whole center → DAY, NIGHT · on: yes → no · signed out: 2");
  assert.equal(moreOf('{"peer":"10.0.0.7"}', names), "from: 10.0.0.7");
  assert.equal(moreOf('{"kinds":[],"numbers_allowed_by":null,"url_changed":false}', names), "events: all events".replace("all", "All"));
  assert.equal(moreOf('{"kinds":["call.ended"],"old_until":7}', names), "events: call ended · old secret until: at 7");
  assert.equal(moreOf('{"something_new":{"a":1},"list":[1,"b",true]}', names), 'something new: {"a":1} · list: 1, b, yes');
  assert.equal(moreOf("{}", names), "");
  assert.equal(moreOf("no JSON", names), "");
});

test("in Chinese too", () => {
  language.value = "zh";
  assert.equal(moreOf('{"before":{"active":true},"after":{"active":false}}', names), "启用: 是 → 否");
  assert.equal(subjectOf(entry("center/7"), names), "中心设置，版本 7");
  language.value = "en";
});
