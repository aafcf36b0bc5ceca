// What the board reads out of the live views: who waits longest where, who stands in which state, who is over a limit. Pure.
import type { AgentView, CallView, QueueView } from "../api/types";
import { STATES, type AgentState } from "../parts/marks";

export type Level = "" | "warn" | "danger";

/** Amber from half of the queue's alarm on, red from the alarm on. */
export function waitLevel(waited: number | null, alarm: number): Level {
  if (waited === null || alarm <= 0) return "";
  return waited >= alarm ? "danger" : waited >= alarm / 2 ? "warn" : "";
}

export function longest(queues: Readonly<Record<string, QueueView>>): QueueView | null {
  let found: QueueView | null = null;
  for (const queue of Object.values(queues)) {
    if (queue.longest_since !== null && (found?.longest_since == null || queue.longest_since < found.longest_since)) found = queue;
  }
  return found;
}

/** Queues with somebody waiting, the fullest first. */
export function fullest(queues: Readonly<Record<string, QueueView>>): QueueView[] {
  return Object.values(queues)
    .filter((queue) => queue.waiting > 0)
    .sort((a, b) => b.waiting - a.waiting);
}

/** Callers in the order in which they are served: priority, then since when, then id; one list over all queues. */
export function waitingCalls(calls: Readonly<Record<string, CallView>>): CallView[] {
  return Object.values(calls)
    .filter((call) => call.state === "queued" && call.waiting_since !== null)
    .sort((a, b) => (a.waiting_since ?? 0) - (b.waiting_since ?? 0) || a.id.localeCompare(b.id));
}

export type Grouping = "state" | "team" | "queue";
export interface Group {
  readonly key: string;
  readonly agents: readonly AgentView[];
}

/** Everybody who is signed in, grouped; inside a group by name, so that nobody moves while times go on. */
export function groups(agents: Readonly<Record<string, AgentView>>, by: Grouping): Group[] {
  const present = Object.values(agents)
    .filter((agent) => agent.state !== "signed_out")
    .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  const found = new Map<string, AgentView[]>();
  const put = (key: string, agent: AgentView) => found.set(key, [...(found.get(key) ?? []), agent]);
  for (const agent of present) {
    if (by === "state") put(agent.state, agent);
    else if (by === "team") put(agent.team, agent);
    else for (const queue of agent.queues) put(queue, agent);
  }
  const keys = by === "state" ? STATES.filter((state) => found.has(state)) : [...found.keys()].sort();
  return keys.map((key) => ({ key, agents: found.get(key) ?? [] }));
}

export function countStates(agents: Readonly<Record<string, AgentView>>): Partial<Record<AgentState, number>> {
  const found: Partial<Record<AgentState, number>> = {};
  for (const agent of Object.values(agents)) found[agent.state] = (found[agent.state] ?? 0) + 1;
  return found;
}

/** Longer in wrap-up than its limit, or available with a device that cannot be rung, or a call that was missed. */
export function isOver(agent: AgentView, now: number): boolean {
  if (agent.wrap_up && now > agent.wrap_up.limit_at) return true;
  if (agent.set_aside?.why === "missed_call") return true;
  return agent.state === "available" && !agent.reachable;
}
