// Outcomes that were pressed and are not yet at the server, by call: they stay pressed, and are sent again by themselves when
// the line is back, even when the call has left the page meanwhile. A refusal for good is told, never dropped in silence.
import { effect, signal } from "@preact/signals";
import { api, ApiFault } from "../api/http";
import type { DispositionRequest } from "../api/types";
import { serverNow } from "../live/clock";
import { linkState } from "../live/socket";

export interface Press {
  readonly code: string;
  /** What else was said with it. */
  readonly more: Omit<DispositionRequest, "code">;
  /** Why it is not there yet; stays while it is sent again. Null: it is on its way for the first time. */
  readonly fault: ApiFault | null;
}

const AGAIN_MS = 1500;

/** When an outcome was said last, by the server's clock: what follows it is in its lists a moment later. */
export const lastSaid = signal(0);
export const unsent = signal<Readonly<Record<string, Press>>>({});
const sending = new Set<string>();

function keep(call: string, press: Press | null): void {
  const { [call]: _, ...others } = unsent.peek();
  unsent.value = press ? { ...others, [call]: press } : others;
}

/** `told`: takes a refusal for good of a call that is no longer shown. */
export async function press(call: string, code: string, shown: () => boolean, told: (fault: ApiFault) => void, more: Press["more"] = {}): Promise<void> {
  const before = unsent.peek()[call];
  const said = { code, more };
  lastSaid.value = serverNow();
  keep(call, { ...said, fault: before?.code === code ? before.fault : null });
  if (sending.has(call)) return; // the answer to the one before comes first; then the last press is sent
  sending.add(call);
  try {
    for (let now = unsent.peek()[call]; now; ) {
      await api.put(`/calls/${call}/disposition`, { ...now.more, code: now.code });
      const later: Press | undefined = unsent.peek()[call];
      now = later?.code === now.code && later.more === now.more ? undefined : later;
    }
    keep(call, null);
  } catch (error) {
    const fault = error instanceof ApiFault ? error : new ApiFault(0, "page", { en: String(error), zh: String(error) });
    const last = unsent.peek()[call] ?? said;
    keep(call, { code: last.code, more: last.more, fault });
    if (fault.passing) window.setTimeout(() => again(call, shown, told), AGAIN_MS);
    else if (!shown()) {
      keep(call, null);
      told(fault);
    }
  } finally {
    sending.delete(call);
  }
}

/** When what was pressed for a call has its answer, or none comes at present. */
export const arrived = (call: string): Promise<void> =>
  new Promise((resolve) => {
    const stop = effect(() => {
      if (unsent.value[call] && unsent.value[call].fault === null) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });

/** Sends it again as soon as there is a line; a press or an answer meanwhile makes this unnecessary. */
function again(call: string, shown: () => boolean, told: (fault: ApiFault) => void): void {
  let done = false;
  const stop = effect(() => {
    const waiting = unsent.value[call];
    if (!done && waiting && linkState.value !== "live") return;
    done = true;
    if (waiting?.fault?.passing) queueMicrotask(() => void press(call, waiting.code, shown, told, waiting.more));
    queueMicrotask(() => stop());
  });
}
