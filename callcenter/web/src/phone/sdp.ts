// One change to the session descriptions, and why: keys travel as telephone-event at a clock rate of its own, and it must be that of
// the sound they stand between. With two rates offered, one side takes the wrong one, and a key lasts a sixth of its time, or six
// times as long. Pure text in, text out.

/** Rates of the payload types that need no line of their own (RFC 3551). */
const STATIC: Readonly<Record<string, string>> = { "0": "8000", "8": "8000", "9": "8000" };

/** Of the telephone-events only those at the rate of the first codec stay. When there is none, everything stays as it is. */
export function oneTelephoneEvent(sdp: string): string {
  const audio = /^m=audio \S+ \S+ (.*?)\r?$/m.exec(sdp)?.[1]?.split(" ") ?? [];
  const rates = new Map<string, string>();
  const events: string[] = [];
  for (const match of sdp.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)\/(\d+)/gm)) {
    rates.set(match[1]!, match[3]!);
    if (match[2]!.toLowerCase() === "telephone-event") events.push(match[1]!);
  }
  const first = audio.find((type) => !events.includes(type)) ?? "";
  const rate = rates.get(first) ?? STATIC[first];
  const dropped = events.filter((type) => rates.get(type) !== rate);
  if (dropped.length === 0 || dropped.length === events.length) return sdp;
  return sdp
    .split("\r\n")
    .filter((line) => !dropped.some((type) => new RegExp(`^a=(rtpmap|fmtp|rtcp-fb):${type} `).test(line)))
    .map((line) => {
      if (!line.startsWith("m=audio ")) return line;
      const parts = line.split(" ");
      return [...parts.slice(0, 3), ...parts.slice(3).filter((type) => !dropped.includes(type))].join(" ");
    })
    .join("\r\n");
}
