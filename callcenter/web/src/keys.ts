// The keyboard: which key does what on the page that is shown. A key is printed on the control that it presses, by the same name.
// Keys work from any field; Esc closes the top layer and nothing else.
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Names as printed: "F8", "Shift F9", "Alt 1", "Ctrl K", "Enter". */
export type KeyName = string;
type Handler = () => boolean | void;

const handlers: { name: KeyName; act: { current: Handler } }[] = [];
const layers: { close: { current: () => void } }[] = [];

/** F2 was pressed and a digit is awaited. */
export const outcomePending = signal(false);
const PENDING_MS = 3000;
let pendingTimer: number | undefined;

/** The name of what was pressed, as it is printed. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): KeyName {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const named = event.altKey || event.ctrlKey || event.metaKey ? (digit ?? letter ?? event.key) : event.key;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && named.length > 1) parts.push("Shift");
  parts.push(named.length === 1 ? named.toUpperCase() : named === "Escape" ? "Esc" : named);
  return parts.join(" ");
}

/** The key does something while `on`; the last one that was put there wins. Return false from `act` to let the browser have it. */
export function useKey(name: KeyName, act: Handler, on = true): void {
  const latest = useRef(act);
  latest.current = act;
  // Before the control is painted: its key works as soon as it can be seen.
  useLayoutEffect(() => {
    if (!on) return;
    const entry = { name, act: latest };
    handlers.push(entry);
    return () => void handlers.splice(handlers.indexOf(entry), 1);
  }, [name, on]);
}

/** A menu, popover or dialog: Esc closes the one that was opened last. */
export function useLayer(close: () => void, on = true): void {
  const latest = useRef(close);
  latest.current = close;
  useLayoutEffect(() => {
    if (!on) return;
    const layer = { close: latest };
    layers.push(layer);
    return () => void layers.splice(layers.indexOf(layer), 1);
  }, [on]);
}

function stopPending(): void {
  window.clearTimeout(pendingTimer);
  outcomePending.value = false;
}

export function startKeys(): void {
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing) return;
      const name = nameOf(event);
      if (name === "Esc" && (layers.length > 0 || outcomePending.value)) {
        event.preventDefault();
        event.stopPropagation();
        if (outcomePending.value) stopPending();
        else layers.at(-1)?.close.current();
        return;
      }
      const pending = outcomePending.value && /^\d$/.test(name) ? `F2 ${name}` : name;
      if (outcomePending.value && pending !== name) stopPending();
      const handler = handlers.findLast((each) => each.name === pending);
      if (handler && handler.act.current() !== false) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      if (name === "F2" && handlers.some((each) => each.name.startsWith("F2 "))) {
        event.preventDefault();
        outcomePending.value = true;
        window.clearTimeout(pendingTimer);
        pendingTimer = window.setTimeout(stopPending, PENDING_MS);
      }
    },
    true,
  );
}
