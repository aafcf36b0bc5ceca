// What the campaign manager's pages make of what she writes and what they say of money and hours. Pure but for the language.
import type { CallingTime, LawBody } from "../api/types";
import { language, t } from "../i18n";

export const MINUTE = 60_000;

/** A short word out of a name; empty when there is nothing in it to make one of. */
export function shortOf(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
}

/** "5, 15, 60" as ms; null when it is something else. */
export function waitsOf(text: string): number[] | null {
  const found = text.split(/[,，\s]+/).filter(Boolean).map(Number);
  return found.length > 0 && found.every((each) => Number.isFinite(each) && each >= 0) ? found.map((each) => Math.round(each * MINUTE)) : null;
}

export function money(amount: number, currency: string): string {
  const digits = Math.abs(amount) < 100 ? 2 : 0;
  return new Intl.NumberFormat(language.value === "zh" ? "zh-CN" : "en-US", { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
}

/** "08:00–21:00", "Mon–Fri 08:00–21:00, Sat 09:00–17:00"; every hour where the law names none. */
export function hours(law: LawBody | undefined): string {
  if (!law?.hours) return t("camp.everyHour");
  const rows = law.hours.map((row) => row.map(span).join(" + "));
  const parts: { from: number; to: number; text: string }[] = [];
  rows.forEach((text, day) => {
    const before = parts.at(-1);
    if (before && before.text === text) before.to = day;
    else parts.push({ from: day, to: day, text });
  });
  const open = parts.filter((part) => part.text !== "");
  if (open.length === 1 && open[0]!.from === 0 && open[0]!.to === 6) return open[0]!.text;
  return open.map((part) => `${weekday(part.from)}${part.to > part.from ? `–${weekday(part.to)}` : ""} ${part.text}`).join(", ");
}

const clockOf = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const span = (time: CallingTime) => `${clockOf(time.since)}–${clockOf(time.until)}`;

/** 0 is Monday. */
function weekday(day: number): string {
  const monday = Date.UTC(2024, 0, 1 + day);
  return new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { weekday: "short", timeZone: "UTC" }).format(monday);
}
