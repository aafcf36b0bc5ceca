// What the call card shows, decided from what the server says of me and my call, and from the phone. Pure.
import type { AgentView, CallView, ConversationView, LeadView } from "../api/types";
import type { Link } from "../live/socket";
import type { PhoneState } from "../phone/phone";

export type Card =
  | { kind: "loading" }
  /** Nothing goes on; offers may come when `agent.state` is available. */
  | { kind: "idle"; agent: AgentView }
  /** Nothing goes on but a lead that she reads in preview. */
  | { kind: "lead"; agent: AgentView; lead: LeadView }
  /** No microphone, or the browser withholds it. */
  | { kind: "device"; agent: AgentView }
  | { kind: "ringing"; agent: AgentView; call: CallView; endsAt: number; startedAt: number; answering: boolean }
  | { kind: "placing"; agent: AgentView; call: CallView }
  | { kind: "talking" | "holding"; agent: AgentView; call: CallView; part: ConversationView | null }
  /** My line is gone; the server keeps the caller and rings me again. */
  | { kind: "lost"; agent: AgentView; call: CallView; part: ConversationView | null; until: number | null }
  | { kind: "wrap"; agent: AgentView; call: CallView | null; since: number; limitAt: number; hardAt: number };

export function cardOf(agent: AgentView | null, calls: Readonly<Record<string, CallView>>, phone: PhoneState, microphone: boolean): Card {
  if (!agent) return { kind: "loading" };
  const call = agent.call ? (calls[agent.call] ?? null) : null;
  if (agent.wrap_up) {
    const { since, limit_at, hard_at } = agent.wrap_up;
    return { kind: "wrap", agent, call: calls[agent.wrap_up.call] ?? call, since, limitAt: limit_at, hardAt: hard_at };
  }
  if (call) {
    const part = myPart(call, agent.id);
    if (part?.line_lost_until != null && part.left_at === null) return { kind: "lost", agent, call, part, until: part.line_lost_until };
    if (agent.activity === "reserved" && call.offer)
      return { kind: "ringing", agent, call, endsAt: call.offer.expires_at, startedAt: call.offer.made_at, answering: call.offer.accepted || phone.ring === "answering" };
    if (agent.activity === "dialing") return { kind: "placing", agent, call };
    if (agent.activity === "talking" || agent.activity === "holding") return { kind: agent.activity, agent, call, part };
  }
  const unusable = phone.device === "missing" || phone.device === "denied" || phone.device === "failed";
  if (microphone && unusable) return { kind: "device", agent };
  return agent.lead && agent.activity === "idle" ? { kind: "lead", agent, lead: agent.lead } : { kind: "idle", agent };
}

/** My own part in the call: the last of mine. */
export function myPart(call: CallView, agent: string): ConversationView | null {
  return call.conversations.findLast((part) => part.agent === agent) ?? null;
}

/** The call on the card, if any. */
export function callOf(card: Card): CallView | null {
  return "call" in card ? card.call : null;
}

/** Whether the outcome keys do something: from the moment that the two have talked. */
export function mayHaveOutcome(card: Card): boolean {
  return card.kind === "talking" || card.kind === "holding" || card.kind === "lost" || (card.kind === "wrap" && card.call !== null);
}

/** What the top bar says about the line. */
export type LineHealth = "starting" | "ready" | "lost" | "refused" | "no-device" | "not-live" | "not-deciding";

/** `deciding`: the hub decides, and what is shown is what is so. A telephone that works goes on without it. */
export function lineHealth(phone: PhoneState, link: Link, deciding = true): LineHealth {
  if (link === "lost") return "not-live";
  if (!deciding) return "not-deciding";
  if (phone.device === "missing" || phone.device === "denied" || phone.device === "failed") return "no-device";
  if (phone.line === "lost" || phone.line === "refused") return phone.line;
  return phone.line === "ready" ? "ready" : "starting";
}
