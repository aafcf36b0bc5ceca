// One change to the session descriptions, and why: a browser that is offered telephone-event at two clock rates sends keys at the
// one that does not belong to opus, and Asterisk then takes each key for a sixth of its length. Pure text in, text out.

/** With opus and telephone-event/48000 offered, telephone-event/8000 is left out. Anything else stays as it is. */
export function oneTelephoneEvent(sdp: string): string {
  const rates = new Map<string, string>();
  for (const match of sdp.matchAll(/^a=rtpmap:(\d+) telephone-event\/(\d+)/gm)) rates.set(match[1]!, match[2]!);
  const all = [...rates.values()];
  if (!/^a=rtpmap:\d+ opus\/48000/m.test(sdp) || !all.includes("48000") || !all.includes("8000")) return sdp;
  const dropped = [...rates].filter(([, rate]) => rate === "8000").map(([type]) => type);
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
