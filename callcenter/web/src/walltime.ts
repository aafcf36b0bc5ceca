// A time as a clock on a wall shows it, in a zone, and back: for fields in which a person picks one. Pure.
const MINUTE = 60_000;

/** YYYY-MM-DDTHH:mm, as fields of the browser take it. */
export function wallTime(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The instant at which the clock shows this, ms since the epoch; null: no time was written. An hour that is there twice is its
 * first, one that a change of the clock leaves out the same time after it. */
export function instantOf(text: string, zone: string): number | null {
  const asUtc = Date.parse(`${text}:00Z`);
  if (text.length !== 16 || Number.isNaN(asUtc)) return null;
  let at = asUtc;
  for (let turn = 0; turn < 3; turn++) {
    const shown = Date.parse(`${wallTime(at, zone)}:00Z`);
    if (shown === asUtc) break;
    at += asUtc - shown;
  }
  const earlier = at - 60 * MINUTE;
  return wallTime(earlier, zone) === text ? earlier : at;
}
