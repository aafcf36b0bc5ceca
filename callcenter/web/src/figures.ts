// Figures by name: how each is written, judged against its target, and what its formula says. The formulas' words are the
// server's; nothing is computed here that the server has not counted.
import { signal } from "@preact/signals";
import { api } from "./api/http";
import type { Figure, Formula, FormulasBody } from "./api/types";
import { count, DASH, duration, percent } from "./format";

export const formulas = signal<ReadonlyMap<string, Formula>>(new Map());
let asked = false;

export async function askFormulas(): Promise<void> {
  if (asked) return;
  asked = true;
  try {
    const body = await api.get<FormulasBody>("/statistics/formulas");
    formulas.value = new Map(body.formulas.map((formula) => [formula.name, formula]));
  } catch {
    asked = false;
    window.setTimeout(() => void askFormulas(), 5000);
  }
}

export type Unit = Formula["unit"];

const RATIOS = new Set([
  "occupancy", "busy_rate", "utilisation", "abandon_rate", "abandon_rate_all", "ivr_abandon_rate", "service_level", "transfer_rate", "hold_rate",
  "agent_answer_rate", "missed_rate", "reach_rate", "wrap_up_overrun", "agent_hung_up_first",
]);
const DURATIONS = new Set(["asa", "awt", "aqt_abandoned", "max_wait", "aht", "wrap_up_time", "log_in_time"]);
/** Shares of time: numerator and denominator are durations. */
const OF_TIME = new Set(["occupancy", "busy_rate", "utilisation"]);

export function unitOf(name: string): Unit {
  const known = formulas.value.get(name)?.unit;
  if (known) return known;
  return RATIOS.has(name) ? "ratio" : DURATIONS.has(name) || name.endsWith("_ms") ? "ms" : "count";
}

export function written(name: string, value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined) return DASH;
  const unit = unitOf(name);
  return unit === "ratio" ? percent(value, digits) : unit === "ms" ? duration(value) : count(value);
}

/** Numerator and denominator as they stand in the formula. */
export function parts(name: string, figure: Figure): { above: string; below: string } | null {
  if (figure.numerator === null || figure.denominator === null) return null;
  if (OF_TIME.has(name)) return { above: duration(figure.numerator), below: duration(figure.denominator) };
  return { above: unitOf(name) === "ms" ? duration(figure.numerator) : count(figure.numerator), below: count(figure.denominator) };
}

export type Judgement = "" | "warn" | "danger";

/** Against its target: within it nothing; beyond it amber; far beyond it (a fifth of the way again) red. */
export function judge(name: string, figure: Figure | undefined): Judgement {
  if (!figure || figure.value === null || figure.target === null) return "";
  const way = formulas.value.get(name)?.target_is ?? (name === "service_level" ? "at_least" : "at_most");
  const { value, target } = figure;
  if (way === "at_least") return value >= target ? "" : value >= target - 0.75 * (1 - target) ? "warn" : "danger";
  return value <= target ? "" : value <= target * 1.5 ? "warn" : "danger";
}

/** "(a + b) / c" to its two sides, without the brackets around a whole side. */
export function sides(formula: string): { above: string; below: string } | null {
  const pieces = formula.split(" / ");
  if (pieces.length !== 2) return null;
  const bare = (text: string) => (/^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text);
  return { above: bare(pieces[0]!), below: bare(pieces[1]!) };
}
