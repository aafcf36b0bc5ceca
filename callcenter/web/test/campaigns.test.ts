// What the campaign manager's pages make of what she writes, and what they say of a law pack.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hours, money, shortOf, waitsOf } from "../src/campaigns/plain";
import { language } from "../src/i18n";
import { conditionsOf } from "../src/lists/conditions";
import type { LawBody } from "../src/api/types";

test("waits are minutes with commas, and nothing else", () => {
  assert.deepEqual(waitsOf("5, 15,60"), [300_000, 900_000, 3_600_000]);
  assert.deepEqual(waitsOf("5，0.5"), [300_000, 30_000]);
  for (const odd of ["", "soon", "5, x", "-1"]) assert.equal(waitsOf(odd), null);
});

test("a short word is made of a name where there is something to make it of", () => {
  assert.equal(shortOf("Spring renewal!"), "spring-renewal");
  assert.equal(shortOf(" 2nd  Try_ "), "2nd-try");
  assert.equal(shortOf("春季"), "");
});

test("calling hours are told in as few stretches as there are", () => {
  const law = (rows: [number, number][][]) => ({ hours: rows.map((row) => row.map(([since, until]) => ({ since, until }))) }) as LawBody;
  language.value = "en";
  assert.equal(hours(undefined), "every hour");
  assert.equal(hours(law(Array(7).fill([[480, 1260]]))), "08:00–21:00");
  assert.equal(hours(law([...Array(5).fill([[540, 720], [840, 1200]]), [[600, 1020]], []])), "Mon–Fri 09:00–12:00 + 14:00–20:00, Sat 10:00–17:00");
});

test("money has cents where they matter", () => {
  language.value = "en";
  assert.equal(money(0.5, "USD"), "$0.50");
  assert.equal(money(4200, "USD"), "$4,200");
});

test("a condition without a value asks nothing, an amount is a number, several words are a list", () => {
  assert.deepEqual(conditionsOf([{ field: "tier", op: "is", text: " " }]), []);
  assert.deepEqual(conditionsOf([{ field: "tier", op: "empty", text: "x" }]), [{ field: "tier", op: "empty", value: "" }]);
  assert.deepEqual(conditionsOf([{ field: "tier", op: "one_of", text: "gold， silver" }]), [{ field: "tier", op: "one_of", value: ["gold", "silver"] }]);
  assert.deepEqual(conditionsOf([{ field: "opportunity.value", op: "at_least", text: "12.5" }]), [{ field: "opportunity.value", op: "at_least", value: 12.5 }]);
  assert.deepEqual(conditionsOf([{ field: "opportunity.value", op: "at_least", text: "much" }]), []);
});
