// Words in the language of whoever is signed in. Components call t(); whatever reads it is drawn anew when the language changes.
import { signal } from "@preact/signals";
import type { Words } from "../api/types";
import { agentWords } from "./agent";
import { boardWords } from "./board";
import { campaignWords } from "./campaigns";
import { promiseWords } from "./promises";
import { commonWords } from "./common";
import { listWords } from "./lists";
import { peopleWords } from "./people";
import { statisticsWords } from "./statistics";
import { webhookWords } from "./webhooks";
import { workingWords } from "./working";

export type Language = "en" | "zh";
/** English first, 简体中文 second. */
export type Pair = readonly [en: string, zh: string];

export const words = { ...commonWords, ...agentWords, ...boardWords, ...statisticsWords, ...peopleWords, ...webhookWords, ...campaignWords, ...listWords, ...workingWords, ...promiseWords };
export type Key = keyof typeof words;
export type Values = Readonly<Record<string, string | number>>;

export const language = signal<Language>("en");

/** The words for a key; `{name}` is replaced by values.name. */
export function t(key: Key, values: Values = {}): string {
  return fill(words[key][language.value === "zh" ? 1 : 0], values);
}

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Words that the server sent in both languages. */
export function said(words: Words): string {
  return words[language.value];
}

/** The words for a code of the server's, empty when there are none: for what may be left out. */
export function known(prefix: string, code: string): string {
  const key = `${prefix}.${code}`;
  return key in words ? t(key as Key) : "";
}

/** A key made of a code of the server's; the code itself, readable, when there are no words for it. */
export function coded(prefix: string, code: string): string {
  const key = `${prefix}.${code}`;
  return key in words ? t(key as Key) : code.replaceAll("_", " ");
}
