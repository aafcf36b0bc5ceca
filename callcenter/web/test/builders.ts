// Views as the server sends them, with only what a test cares about said by the test.
import type { AgentView, CallView, ConversationView, Figure, QueueView } from "../src/api/types";
import { type PhoneState, STARTING } from "../src/phone/phone";

export const ready: PhoneState = { ...STARTING, line: "ready", device: "ready" };

export function agent(more: Partial<AgentView> = {}): AgentView {
  return {
    id: "ana", name: "Ana", team: "day", skills: {}, state: "available", since: 0, presence: "available", reason: null, presence_since: 0, activity: "idle",
    activity_since: 0, set_aside: null, reachable: true, leaving: false, call: null, wrap_up: null, campaign: null, lead: null, signed_in_at: 0, queues: [], figures: {}, ...more,
  };
}

export function call(more: Partial<CallView> = {}): CallView {
  return {
    id: "c1", direction: "inbound", state: "queued", since: 0, started_at: 0, number: null, dialed: null, language: null, queue: "billing", queued_at: 0,
    waiting_since: 0, wait_ms: null, priority: 0, told_position: null, skills: {}, hears: [],
    chose: [], keyed: [], look_up: "none", matches: [], contact: null,
    offer: null, agent: null, placed_by: null, campaign: null, attempt: null, conversations: [], transfer: null, legs: [], recording: { state: "none", since: null }, disposition: null,
    end: null, ended_by: null, over_at: null, ...more,
  };
}

export function part(more: Partial<ConversationView> = {}): ConversationView {
  return { agent: "ana", connected_at: 0, held_since: null, line_lost_until: null, left_at: null, why: null, hold_ms: 0, ...more };
}

export function queue(more: Partial<QueueView> = {}): QueueView {
  return { id: "billing", label: { en: "Billing", zh: "账单" }, waiting: 0, longest_since: null, longest_wait_alarm_ms: 180_000, agents: {}, figures: {}, ...more };
}

export function figure(value: number | null, target: number | null = null): Figure {
  return { value, numerator: null, denominator: null, target };
}
