// How a webhook and its deliveries stand, in a word with a colour and, where it failed, why.
import type { DeliveryBody, WebhookBody } from "../api/types";
import { clock, date } from "../format";
import { coded, language, t } from "../i18n";
import { zone } from "../session";

export function HookState({ hook }: { hook: WebhookBody }) {
  if (!hook.active) return <span class="chip chip-line">{hook.inactive_why === "gone" ? t("hook.offGone") : t("hook.off")}</span>;
  if (hook.key_changed) return <span class="chip chip-danger">{t("hook.keyChanged")}</span>;
  if (hook.last && hook.last.state !== "delivered") return <span class="chip chip-warn">{t("hook.failing")}</span>;
  return <span class="chip chip-good">{t("hook.on")}</span>;
}

export function DeliveryState({ delivery }: { delivery: DeliveryBody }) {
  const colour = { pending: "chip-warn", delivered: "chip-good", given_up: "chip-danger" }[delivery.state];
  return <span class={`chip ${delivery.state === "pending" && delivery.attempts === 0 ? "" : colour}`}>{t(`delivery.${delivery.state}`)}</span>;
}

/** "503, the receiver failed"; "200, 12 ms"; empty before the first attempt. */
export function answerOf(delivery: DeliveryBody): string {
  const parts = [delivery.last_status === null ? "" : String(delivery.last_status)];
  if (delivery.last_error !== null) parts.push(coded("fault", delivery.last_error));
  else if (delivery.took_ms !== null) parts.push(t("hook.took", { ms: delivery.took_ms }));
  return parts.filter(Boolean).join(", ");
}

export function LastDelivery({ hook }: { hook: WebhookBody }) {
  if (!hook.last) return <span class="t3">{t("hook.never")}</span>;
  return (
    <>
      <span class="num">{moment(hook.last.last_at ?? hook.last.created_at)}</span> <span class="t3">{answerOf(hook.last)}</span>
    </>
  );
}

/** Date and time of day in the center's zone. */
export function moment(at: number, seconds = false): string {
  return `${date(at, language.value, zone.value)}, ${clock(at, language.value, zone.value, seconds)}`;
}
