// The kinds of events that a webhook may be told. A test holds them together with the service's own list.
import type { WebhookBody } from "../api/types";

export type Kind = WebhookBody["kinds"][number];

export const CALL_KINDS = [
  "call.arrived", "call.placed", "call.queued", "call.offered", "call.offer_ended", "call.connected", "call.held", "call.retrieved", "call.interrupted", "call.restored",
  "call.agent_left", "call.transfer_started", "call.transfer_failed", "call.transfer_completed", "call.contact_chosen", "call.disposition", "call.ended", "call.recorded",
] as const satisfies readonly Kind[];
export const AGENT_KINDS = ["agent.signed_in", "agent.signed_out", "agent.presence", "agent.activity", "agent.device"] as const satisfies readonly Kind[];
export const KINDS: readonly Kind[] = [...CALL_KINDS, ...AGENT_KINDS];
