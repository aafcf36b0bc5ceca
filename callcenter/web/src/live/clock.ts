// The page's idea of the server's time, and the one tick a second that every duration on the page follows.
import { computed, signal } from "@preact/signals";

const offset = signal(0);
/** The server's clock, ms since the epoch; changes once a second. */
export const now = signal(Date.now());

/** Every message carries the server's clock. Slow messages make the estimate late, never early: keep the largest lately seen. */
let seen: { at: number; offset: number }[] = [];
export function serverSaid(serverNow: number): void {
  const local = Date.now();
  seen = [...seen.filter((each) => local - each.at < 120_000), { at: local, offset: serverNow - local }].slice(-30);
  const best = Math.max(...seen.map((each) => each.offset));
  if (Math.abs(best - offset.value) > 20) offset.value = best;
}

/** The server's clock this very moment. */
export function serverNow(): number {
  return Date.now() + offset.value;
}

/** Minutes only: for what must not be drawn anew every second. */
export const minute = computed(() => Math.floor(now.value / 60_000) * 60_000);

export function startTicking(): void {
  const tick = () => {
    now.value = serverNow();
    window.setTimeout(tick, 1000 - (serverNow() % 1000) + 2);
  };
  tick();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) now.value = serverNow();
  });
}
