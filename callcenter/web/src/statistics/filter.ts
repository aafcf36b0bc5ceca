// The selection of the statistics page: it lives in the address, so a link shows the same thing to somebody else.
// Reading it is pure; changing it is in select.ts.
import type { Query } from "../api/http";
import { addDays } from "../format";

export type Tab = "queues" | "agents";
export type Step = "15m" | "30m" | "1h" | "1d";
export type Compare = "none" | "before" | "week";

export interface Selection {
  readonly tab: Tab;
  readonly first: string;
  readonly last: string;
  readonly step: Step;
  readonly compare: Compare;
  readonly queues: readonly string[];
  readonly teams: readonly string[];
  /** Which row is open, and on which figure: "billing abandoned". */
  readonly open: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const STEPS: readonly Step[] = ["15m", "30m", "1h", "1d"];

export function readSelection(query: URLSearchParams, today: string): Selection {
  const day = (name: string, otherwise: string) => (DAY.test(query.get(name) ?? "") ? (query.get(name) as string) : otherwise);
  const first = day("first", today);
  const last = day("last", first);
  const step = STEPS.find((each) => each === query.get("step")) ?? (first === last ? "30m" : "1d");
  const compare = query.get("compare");
  return {
    tab: query.get("tab") === "agents" ? "agents" : "queues",
    first,
    last: last < first ? first : last,
    step,
    compare: compare === "none" || compare === "before" ? compare : "week",
    queues: query.getAll("queue"),
    teams: query.getAll("team"),
    open: query.get("open") ?? "",
  };
}

/** The first day of the compared period; null: none. */
export function comparedFirst({ first, last, compare }: Pick<Selection, "first" | "last" | "compare">): string | null {
  if (compare === "none") return null;
  const days = daysBetween(first, last) + 1;
  return addDays(first, compare === "week" ? -7 * Math.ceil(days / 7) : -days);
}

export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / 86_400_000);
}

export function toQuery(selection: Selection, more: Query = {}): Query {
  return { first: selection.first, last: selection.last, queue: selection.queues, team: selection.teams, compare: comparedFirst(selection), ...more };
}
