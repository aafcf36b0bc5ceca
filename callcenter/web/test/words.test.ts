// Both languages say the same things.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, words } from "../src/i18n";
import { agentWords } from "../src/i18n/agent";
import { boardWords } from "../src/i18n/board";
import { campaignWords } from "../src/i18n/campaigns";
import { commonWords } from "../src/i18n/common";
import { listWords } from "../src/i18n/lists";
import { workingWords } from "../src/i18n/working";
import { promiseWords } from "../src/i18n/promises";
import { peopleWords } from "../src/i18n/people";
import { statisticsWords } from "../src/i18n/statistics";
import { webhookWords } from "../src/i18n/webhooks";

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test("no key stands in two files", () => {
  const all = [commonWords, agentWords, boardWords, statisticsWords, peopleWords, webhookWords, campaignWords, listWords, workingWords, promiseWords].flatMap((file) => Object.keys(file));
  assert.equal(new Set(all).size, all.length);
  assert.equal(Object.keys(words).length, all.length);
});

test("every key has words in English and in Chinese, with the same places for values", () => {
  for (const [key, pair] of Object.entries(words)) {
    assert.equal(pair.length, 2, key);
    assert.equal(pair[0] === "", pair[1] === "", `${key}: one language is empty`);
    assert.deepEqual(places(pair[0]), places(pair[1]), key);
  }
});

test("values are put into their places, and a missing one is seen", () => {
  assert.equal(fill("{s} of {all}", { s: 2, all: "7" }), "2 of 7");
  assert.equal(fill("{s}", {}), "{s}");
});
