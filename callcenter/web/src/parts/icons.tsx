// Every drawing of the pages: 16 px, 1.5 stroke, current colour; and the silhouettes of the agent states. Drawn by us.
// Always beside a word, except in rail and top bar, where the control has a title.
import type { JSX } from "preact";

const HANDSET =
  "M3.2 2.3h1.9l1.1 2.8-1.4 1a7.4 7.4 0 0 0 4.9 4.9l1-1.4 2.8 1.1v1.9a1.3 1.3 0 0 1-1.4 1.3A10.9 10.9 0 0 1 1.9 3.7 1.3 1.3 0 0 1 3.2 2.3z";

const PATHS = {
  headset: "M2.5 10V8a5.5 5.5 0 0 1 11 0v2M2.5 9.2h2v4h-1a1 1 0 0 1-1-1zM13.5 9.2h-2v4h1a1 1 0 0 0 1-1zM12.5 13.2c0 .9-1.2 1.3-2.7 1.3",
  users: "M8.500 5.400a2.500 2.500 0 1 1-5 0a2.500 2.500 0 1 1 5 0M1.6 13.4a4.5 4.5 0 0 1 8.8 0M10.4 3.1a2.5 2.5 0 0 1 0 4.6M12 9.4a4.5 4.5 0 0 1 2.5 4",
  grid: "M3.2 2h2.600a1.200 1.200 0 0 1 1.200 1.200v2.600a1.200 1.200 0 0 1-1.200 1.200H3.200A1.200 1.200 0 0 1 2 5.800V3.200A1.200 1.200 0 0 1 3.200 2zM10.200 2h2.600A1.200 1.200 0 0 1 14 3.200v2.600A1.200 1.200 0 0 1 12.800 7h-2.600A1.200 1.200 0 0 1 9 5.800V3.200A1.200 1.200 0 0 1 10.200 2zM3.200 9h2.600A1.200 1.200 0 0 1 7 10.200v2.600A1.200 1.200 0 0 1 5.800 14H3.200A1.200 1.200 0 0 1 2 12.800v-2.600A1.200 1.200 0 0 1 3.200 9zM10.200 9h2.600a1.200 1.200 0 0 1 1.200 1.200v2.600a1.200 1.200 0 0 1-1.200 1.200h-2.600A1.200 1.200 0 0 1 9 12.800v-2.600A1.200 1.200 0 0 1 10.200 9z",
  chart: "M2 2v12h12M5 10.5l3-3.5 2.5 2L14 4.5",
  down: "M4 6l4 4 4-4",
  up: "M4 10l4-4 4 4",
  right: "M6 4l4 4-4 4",
  left: "M10 4L6 8l4 4",
  search: "M11.600 7a4.600 4.600 0 1 1-9.200 0a4.600 4.600 0 1 1 9.200 0M10.400 10.400L14 14",
  globe: "M14.300 8a6.300 6.300 0 1 1-12.600 0a6.300 6.300 0 1 1 12.600 0M1.8 8h12.4M8 1.7c2 2 2.7 4.2 2.7 6.3S10 12.3 8 14.3C6 12.3 5.3 10.1 5.3 8S6 3.7 8 1.7z",
  moon: "M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2z",
  sun: "M11 8a3 3 0 1 1-6 0a3 3 0 1 1 6 0M8 1.400v1.400M8 13.200v1.400M1.400 8h1.400M13.200 8h1.400M3.300 3.300l1 1M11.700 11.700l1 1M12.700 3.300l-1 1M4.300 11.700l-1 1",
  phone: "M3.2 1.8h2l1.2 3-1.5 1.1a8 8 0 0 0 5.2 5.2l1.1-1.5 3 1.2v2a1.4 1.4 0 0 1-1.5 1.4A11.6 11.6 0 0 1 1.8 3.3 1.4 1.4 0 0 1 3.2 1.8z",
  "phone-in": `${HANDSET}M14 2l-4.2 4.2M9.8 2.8v3.4h3.4`,
  "phone-out": `${HANDSET}M9.8 6.2L14 2M10.6 2H14v3.4`,
  "phone-x": "M1.6 9.6C1.6 6.9 4.5 5.4 8 5.4s6.4 1.5 6.4 4.2v1.1l-3.6.6V9.2A9 9 0 0 0 8 8.8a9 9 0 0 0-2.8.4v2.1l-3.6-.6z",
  warn: "M8 2.2l6.4 11.2H1.6zM8 6.6v3M8 11.6v.1",
  stop: "M5.4 1.7h5.2l3.7 3.7v5.2l-3.7 3.7H5.4l-3.7-3.7V5.4zM8 4.8v3.8M8 11v.1",
  info: "M14.300 8a6.300 6.300 0 1 1-12.600 0a6.300 6.300 0 1 1 12.600 0M8 7.4v3.6M8 5v.1",
  ok: "M14.300 8a6.300 6.300 0 1 1-12.600 0a6.300 6.300 0 1 1 12.600 0M5.2 8.2l2 2 3.6-4",
  check: "M3 8.4l3.2 3.2L13 4.8",
  clock: "M14.300 8a6.300 6.300 0 1 1-12.600 0a6.300 6.300 0 1 1 12.600 0M8 4.4V8l2.4 1.6",
  x: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3v10M3 8h10",
  play: "M4.5 2.8l8 5.2-8 5.2z",
  pause: "M5.5 3v10M10.5 3v10",
  mic: "M8 1.800a2.200 2.200 0 0 1 2.200 2.200v3a2.200 2.200 0 0 1-4.400 0V4A2.200 2.200 0 0 1 8 1.800zM3.400 7.400a4.600 4.600 0 0 0 9.200 0M8 12v2.400",
  "mic-off": "M2 2l12 12M5.8 5.8v1a2.2 2.2 0 0 0 3.6 1.7M10.2 7V3.7A2.2 2.2 0 0 0 6 2.9M3.2 7.5a4.8 4.8 0 0 0 7.6 3.9M12.8 7.5a4.6 4.6 0 0 1-.4 1.8M8 12.3v2.2",
  transfer: "M2 5h11M10 2l3 3-3 3M14 11H3M6 8l-3 3 3 3",
  wifi: "M1.8 6.2a9 9 0 0 1 12.4 0M4.2 8.9a5.4 5.4 0 0 1 7.6 0M8 12.3v.1",
  monitor: "M3 2.500h10a1.400 1.400 0 0 1 1.400 1.400v5.700A1.400 1.400 0 0 1 13 11H3a1.400 1.400 0 0 1-1.400-1.400V3.900A1.400 1.400 0 0 1 3 2.500zM5.5 14h5M8 11v3",
  download: "M8 2v8M4.8 7L8 10.2 11.2 7M2.5 13.5h11",
  copy: "M6.400 5.200h6a1.200 1.200 0 0 1 1.200 1.200v6.400a1.200 1.200 0 0 1-1.200 1.200h-6a1.200 1.200 0 0 1-1.200-1.200V6.400a1.200 1.200 0 0 1 1.200-1.200zM10.600 2.400H3.600a1.200 1.200 0 0 0-1.200 1.200v7",
  send: "M14 2L1.800 6.600l4.800 2.400 2.400 4.800zM14 2L6.600 9",
  list: "M5.6 4h8.200M5.6 8h8.200M5.6 12h8.200M2.4 4h.1M2.4 8h.1M2.4 12h.1",
  key: "M9.200 5.400a3.200 3.200 0 1 1-6.400 0a3.200 3.200 0 1 1 6.400 0M8.300 7.700l5.300 5.300M11.200 10.600l-1.600 1.600M13.100 12.500l-1.200 1.200",
  exit: "M6.500 2H3.400A1.400 1.400 0 0 0 2 3.400v9.200A1.400 1.400 0 0 0 3.400 14h3.100M10.200 11.200L13.400 8l-3.200-3.200M13.200 8H6",
  mail: "M3.400 3.200h9.200a1.600 1.600 0 0 1 1.600 1.600v6.400a1.600 1.600 0 0 1-1.600 1.600H3.400a1.600 1.600 0 0 1-1.600-1.600V4.800a1.600 1.600 0 0 1 1.600-1.600zM2.2 4.6L8 8.8l5.8-4.2",
  edit: "M10.800 2.600l2.600 2.600-8 8-3.200.600.600-3.200zM9.200 4.200l2.600 2.600",
  bell: "M4 7a4 4 0 0 1 8 0c0 3.200 1.400 4.200 1.400 4.200H2.600S4 10.200 4 7zM6.600 13.400a1.500 1.500 0 0 0 2.800 0",
  dial: "M11.500 8a3.500 3.500 0 1 1-7 0a3.500 3.500 0 1 1 7 0M2 8h2.500M11.500 8H14M8 2v2.500M8 11.500V14",
  ban: "M14.300 8a6.300 6.300 0 1 1-12.600 0a6.300 6.300 0 1 1 12.600 0M3.600 3.600l8.800 8.800",
  upload: "M8 10V2M4.8 5L8 1.8 11.2 5M2.5 13.5h11",
  square: "M3.500 3.500h9v9h-9z",
  refresh: "M13.400 6.200A5.600 5.600 0 0 0 3 5.600M2.600 2.800v3h3M2.600 9.800A5.600 5.600 0 0 0 13 10.400M13.400 13.200v-3h-3",
  server: "M3.400 2.400h9.200a1 1 0 0 1 1 1v2.800a1 1 0 0 1-1 1H3.400a1 1 0 0 1-1-1V3.400a1 1 0 0 1 1-1zM3.400 8.800h9.200a1 1 0 0 1 1 1v2.800a1 1 0 0 1-1 1H3.400a1 1 0 0 1-1-1V9.800a1 1 0 0 1 1-1zM5 4.800h.1M5 11.200h.1",
} as const;

export type IconName = keyof typeof PATHS | "keypad";

export function Icon({ name, size = "" }: { name: IconName; size?: "" | "xs" | "sm" | "lg" }) {
  const className = size ? `i i-${size}` : "i";
  if (name === "keypad") {
    return (
      <svg class={className} viewBox="0 0 16 16" aria-hidden="true">
        <g fill="currentColor" stroke="none">
          {[3, 7.5, 12].flatMap((y) => [3.5, 8, 12.5].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.2" />))}
        </g>
      </svg>
    );
  }
  return (
    <svg class={className} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const RING = "M14.300 8a6.300 6.300 0 1 1-12.600 0a6.300 6.300 0 1 1 12.600 0";

/** The silhouettes: a state is told apart without its colour. */
const SILHOUETTES: Readonly<Record<string, JSX.Element>> = {
  available: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path class="cut-out" d="M5 8.3l2.1 2.1L11 6.1" />
    </>
  ),
  ringing: (
    <>
      <path d="M8 .3L15.7 8 8 15.7.3 8z" />
      <path class="cut-out" d="M8 5v3.4M8 10.9v.1" />
    </>
  ),
  dialing: <path d={HANDSET} stroke="currentColor" stroke-width="1" stroke-linejoin="round" />,
  talking: (
    <>
      <path d="M3 1.2h10a2.2 2.2 0 0 1 2.2 2.2v5.8a2.2 2.2 0 0 1-2.2 2.2H8.7L5 15.2v-3.8H3A2.2 2.2 0 0 1 .8 9.2V3.4A2.2 2.2 0 0 1 3 1.2z" />
      <path class="cut-out" d="M4.7 6.3h6.6" />
    </>
  ),
  holding: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="2.4" />
      <path class="cut-out" d="M6 5.2v5.6M10 5.2v5.6" />
    </>
  ),
  wrap: (
    <>
      <path d={RING} fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="M8 8V3.4A4.6 4.6 0 1 1 3.4 8z" />
    </>
  ),
  notready: (
    <>
      <path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" />
      <path class="cut-out" d="M4.8 8h6.4" />
    </>
  ),
  out: <path d={RING} fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2.4 2.2" />,
  unknown: (
    <>
      <path d={RING} fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="M6.2 6.300a1.900 1.900 0 1 1 2.700 1.700c-.600.300-.900.700-.900 1.200M8 11.400v.1" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
    </>
  ),
};

export function Silhouette({ state }: { state: string }) {
  return (
    <svg class="g" viewBox="0 0 16 16" aria-hidden="true">
      {SILHOUETTES[state] ?? SILHOUETTES["unknown"]}
    </svg>
  );
}

/** The product's mark. */
export function Mark({ className = "mark" }: { className?: string }) {
  return (
    <svg class={className} viewBox="0 0 32 32" aria-hidden="true">
      <rect x="1" y="1" width="30" height="30" rx="8" fill="var(--primary)" />
      <path d="M9 20v-4a7 7 0 0 1 14 0v4M9 17.500h2.500v5H9zM23 17.500h-2.500v5H23z" fill="none" stroke="var(--primary-ink)" stroke-width="2" stroke-linejoin="round" />
    </svg>
  );
}
