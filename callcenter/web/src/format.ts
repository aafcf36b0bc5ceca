// Figures and times as people read them, in both languages and in the center's zone. Pure: the zone and the language are
// arguments, the clock is not read. Minus is U+2212, durations are m:ss, a missing figure is a dash.
import type { Language } from "./i18n";

export const DASH = "–";
const MINUS = "−";

/** m:ss, or h:mm:ss from one hour on. Whole seconds, rounded down as a clock does. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return DASH;
  const whole = Math.floor(Math.abs(ms) / 1000);
  const sign = ms < 0 && whole > 0 ? MINUS : "";
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${sign}${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${sign}${minutes}:${seconds}`;
}

/** Time since `since`, never negative: the page's idea of now may lag behind the server's by a moment. */
export function since(since: number | null | undefined, now: number): string {
  return since === null || since === undefined ? DASH : duration(Math.max(0, now - since));
}

/** Whole number with thousands separated. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return DASH;
  return Math.round(value).toLocaleString("en-US").replace("-", MINUS);
}

/** A ratio 0 to 1 as a percentage. */
export function percent(ratio: number | null | undefined, digits = 1): string {
  return ratio === null || ratio === undefined ? DASH : `${percentNumber(ratio, digits)}%`;
}

export function percentNumber(ratio: number, digits = 1): string {
  return (ratio * 100).toFixed(digits).replace("-", MINUS);
}

/** A difference with its sign; zero has none. */
export function signed(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return value < 0 ? MINUS + text : `+${text}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatter(language: Language, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}|${zone}|${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeZone: zone, ...options });
  formats.set(key, made);
  return made;
}

/** 10:42, or 10:42:07. */
export function clock(at: number, language: Language, zone: string, seconds = false): string {
  const options: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) options.second = "2-digit";
  return formatter(language, zone, options).format(at);
}

/** Tue 14 Apr; 4月14日 周二. */
export function day(at: number, language: Language, zone: string, year = false): string {
  const options: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  if (year) options.year = "numeric";
  if (language === "en") {
    const part = parts(at, zone, options);
    return [part("weekday"), part("day"), part("month"), year ? part("year") : ""].filter(Boolean).join(" ");
  }
  const { weekday: _, ...date } = options;
  return `${formatter("zh", zone, date).format(at)} ${formatter("zh", zone, { weekday: "short" }).format(at)}`;
}

/** 14 Apr 2026; 2026年4月14日. */
export function date(at: number, language: Language, zone: string): string {
  if (language === "zh") return formatter("zh", zone, { year: "numeric", month: "short", day: "numeric" }).format(at);
  const part = parts(at, zone, { year: "numeric", month: "short", day: "numeric" });
  return `${part("day")} ${part("month")} ${part("year")}`;
}

/** 14 Apr; 4月14日. */
export function shortDay(at: number, language: Language, zone: string): string {
  if (language === "zh") return formatter("zh", zone, { day: "numeric", month: "short" }).format(at);
  const part = parts(at, zone, { day: "numeric", month: "short" });
  return `${part("day")} ${part("month")}`;
}

/** American short names, British order: three letters for every month. */
function parts(at: number, zone: string, options: Intl.DateTimeFormatOptions): (type: string) => string {
  const key = `parts|${zone}|${JSON.stringify(options)}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options });
  formats.set(key, made);
  const found = made.formatToParts(at);
  return (type) => found.find((each) => each.type === type)?.value ?? "";
}

/** The calendar day in the zone, YYYY-MM-DD. */
export function isoDay(at: number, zone: string): string {
  const part = parts(at, zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** A calendar day some days later (or earlier), YYYY-MM-DD. Calendar arithmetic: no zone, no hours. */
export function addDays(iso: string, days: number): string {
  const [year, month, date] = iso.split("-").map(Number);
  return new Date(Date.UTC(year ?? 1970, (month ?? 1) - 1, (date ?? 1) + days)).toISOString().slice(0, 10);
}

/** A calendar day as people read it. */
export function dayWords(iso: string, language: Language, form: "long" | "middle" | "short" = "middle"): string {
  const at = Date.parse(`${iso}T12:00:00Z`);
  if (Number.isNaN(at)) return iso;
  return form === "short" ? shortDay(at, language, "UTC") : day(at, language, "UTC", form === "long");
}

/** When something was, as short as it can be: the time of day today, else the day. */
export function when(at: number, now: number, language: Language, zone: string): string {
  return isoDay(at, zone) === isoDay(now, zone) ? clock(at, language, zone) : shortDay(at, language, zone);
}

/** UTC−4, UTC+5:30. */
export function offset(at: number, zone: string): string {
  const name = formatter("en", zone, { timeZoneName: "longOffset" }).formatToParts(at).find((part) => part.type === "timeZoneName");
  const text = (name?.value ?? "").replace("GMT", "UTC").replace("-", MINUS);
  return text.replace(/([+−])0?(\d+):00/, "$1$2").replace(/([+−])0(\d)/, "$1$2");
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return "";
  if (words.length === 1) return (/[一-鿿]/.test(words[0]!) ? [...words[0]!].slice(-2) : [...words[0]!].slice(0, 2)).join("").toUpperCase();
  return ([...words[0]!][0]! + [...words.at(-1)!][0]!).toUpperCase();
}
