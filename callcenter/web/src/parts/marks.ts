// The agent states in the order of the board, and the mark (colour and silhouette) of each.
import type { AgentView } from "../api/types";

export type AgentState = AgentView["state"];

/** In the order of the board, with the mark of each. */
export const MARKS: Readonly<Record<AgentState, string>> = {
  available: "available",
  ringing: "ringing",
  dialing: "dialing",
  talking: "talking",
  holding: "holding",
  wrap_up: "wrap",
  not_ready: "notready",
  signed_out: "out",
};
export const STATES = Object.keys(MARKS) as AgentState[];
