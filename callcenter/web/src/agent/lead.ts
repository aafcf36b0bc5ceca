// The lead in my hands: the one that I read, or that my call is with. Which it is the live views say; what it says is asked for
// when it comes, and kept until the wrap-up of its call is over.
import { computed, effect, signal } from "@preact/signals";
import { api, ApiFault } from "../api/http";
import type { CallView, DoneBody, LeadInHand, MyLeadBody } from "../api/types";
import { act, currentCall, myself } from "./desk";

export interface Held {
  attempt: string;
  /** Null while it is asked for; `gone`: its row is no longer there. */
  data: LeadInHand | null;
  gone: boolean;
  fault: ApiFault | null;
}

const AGAIN_MS = 2000;

/** A caller of a queue hides the lead that waits for her to end. */
const wanted = computed<string | null>(() => {
  const call = currentCall.value;
  return call ? call.attempt : (myself.value?.lead?.attempt ?? null);
});

export const held = signal<Held | null>(null);

effect(() => {
  const attempt = wanted.value;
  if (attempt === null) held.value = null;
  else if (held.peek()?.attempt !== attempt) void load(attempt);
});

async function load(attempt: string): Promise<void> {
  held.value = { attempt, data: null, gone: false, fault: null };
  const still = () => wanted.peek() === attempt;
  try {
    const { lead } = await api.get<MyLeadBody>("/me/lead");
    if (!still()) return;
    const mine = lead?.attempt === attempt ? lead : null;
    held.value = { attempt, data: mine, gone: mine === null, fault: null };
  } catch (error) {
    if (!still()) return;
    const fault = error instanceof ApiFault ? error : new ApiFault(0, "page", { en: String(error), zh: String(error) });
    held.value = { attempt, data: null, gone: false, fault };
    if (fault.passing) window.setTimeout(() => still() && held.peek()?.fault && void load(attempt), AGAIN_MS);
  }
}

export const readAgain = (): void => {
  const attempt = wanted.peek();
  if (attempt !== null) void load(attempt);
};

/** What is known of the lead that a call is with. */
export function leadOf(call: CallView): LeadInHand | null {
  const now = held.value;
  return now !== null && now.attempt === call.attempt ? now.data : null;
}

export const dialLead = (attempt: string) => act("place", () => api.create<DoneBody>(`/me/leads/${attempt}/dial`, undefined));
export const skipLead = (attempt: string) => act("skip", () => api.post(`/me/leads/${attempt}/skip`));
