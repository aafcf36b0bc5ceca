// The one WebSocket of a page: it connects, subscribes, connects again with a growing pause, and knows how old what it shows
// is. What the views mean is not known here.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { api, ApiFault, UNREACHED } from "../api/http";
import type { AnyServerMessage, Notice, Subscribe, TicketBody } from "../api/types";
import { serverSaid } from "./clock";
import { type TopicViews, applyDelta, fromSnapshot } from "./topic";

export type Topic = Subscribe["topic"];
export type Link = "connecting" | "live" | "lost";

const link = signal<Link>("connecting");
const ready = signal(true);
const heardAt = signal(Date.now());
const lostAt = signal<number | null>(null);
const centerVersion = signal(0);

/** live: messages come. lost: the socket is gone or silent; it is tried again by itself. */
export const linkState: ReadonlySignal<Link> = link;
/** False: the server says that it does not decide at present. */
export const serverReady: ReadonlySignal<boolean> = ready;
/** Local clock of the last message. */
export const lastHeardAt: ReadonlySignal<number> = heardAt;
/** Local clock since when nothing is live; null while it is. */
export const notLiveSince: ReadonlySignal<number | null> = lostAt;
export const announcedCenterVersion: ReadonlySignal<number> = centerVersion;

/** The last thing that happened to the agent and left no trace in the views. */
const noticed = signal<Notice | null>(null);
export const lastNotice: ReadonlySignal<Notice | null> = noticed;

const PAUSES_MS = [300, 700, 1500, 3000, 5000, 8000];
const WATCH_EVERY_MS = 500;
const NO_LINK = new ApiFault(0, "unreached", UNREACHED);

interface Wanted {
  readonly views: Signal<TopicViews | null>;
  /** What the server said instead of a snapshot. */
  readonly refused: Signal<ApiFault | null>;
  id: number;
  users: number;
}

let socket: WebSocket | null = null;
let wanted = new Map<Topic, Wanted>();
let nextId = 1;
let attempts = 0;
let attempt = 0;
let heartbeatMs = 5000;
let retry: number | undefined;
let watch: number | undefined;
let whenSignedOut: () => void = () => undefined;

export function connect(signedOut: () => void): void {
  whenSignedOut = signedOut;
  if (watch === undefined) watch = window.setInterval(look, WATCH_EVERY_MS);
  if (socket === null) open();
}

export function disconnect(): void {
  window.clearTimeout(retry);
  window.clearInterval(watch);
  watch = undefined;
  attempt += 1;
  const open = socket;
  socket = null;
  open?.close(1000);
  wanted = new Map();
  link.value = "connecting";
  lostAt.value = null;
}

/** The topic's views; null until the first snapshot. Call the returned function when they are no longer shown. */
export function subscribe(topic: Topic): { views: ReadonlySignal<TopicViews | null>; fault: ReadonlySignal<ApiFault | null>; release: () => void } {
  let entry = wanted.get(topic);
  if (!entry) {
    entry = { views: signal<TopicViews | null>(null), refused: signal<ApiFault | null>(null), id: 0, users: 0 };
    wanted.set(topic, entry);
    if (link.value === "live") ask(topic, entry);
  }
  const mine = entry;
  mine.users += 1;
  return {
    views: mine.views,
    /** Why there is nothing to show; null while it is on its way, and once it was there. */
    fault: computed(() => mine.refused.value ?? (mine.views.value === null && link.value === "lost" ? NO_LINK : null)),
    release: () => {
      mine.users -= 1;
      if (mine.users > 0 || wanted.get(topic) !== mine) return;
      wanted.delete(topic);
      if (socket?.readyState === WebSocket.OPEN && mine.id > 0) send({ type: "unsubscribe", id: nextId++, subscription: mine.id });
    },
  };
}

/** Somebody presses Try again: no need to wait for the pause to end. */
export function connectNow(): void {
  if (link.value !== "live") {
    if (socket === null) open();
    return;
  }
  for (const [topic, entry] of wanted) if (entry.refused.value !== null) ask(topic, entry);
}

/** Asks for the ticket that opens one socket, then opens it. A newer attempt makes this one void. */
function open(): void {
  window.clearTimeout(retry);
  const mine = ++attempt;
  api.post<TicketBody>("/session/ticket").then(
    ({ ticket }) => {
      if (mine === attempt && watch !== undefined && socket === null) openWith(ticket);
    },
    (error: unknown) => {
      if (mine !== attempt || watch === undefined) return;
      lose();
      if (!(error instanceof ApiFault) || error.status !== 401) again();
    },
  );
}

function openWith(ticket: string): void {
  const made = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/v1/ws?ticket=${ticket}`);
  socket = made;
  const openedAt = Date.now();
  heardAt.value = openedAt;
  made.onmessage = (event) => {
    if (socket !== made) return;
    heardAt.value = Date.now();
    take(JSON.parse(String(event.data)) as AnyServerMessage);
  };
  made.onclose = (event) => {
    if (socket !== made) return;
    socket = null;
    lose();
    if (event.code === 4401) whenSignedOut();
    else again();
  };
}

function again(): void {
  const pause = PAUSES_MS[Math.min(attempts, PAUSES_MS.length - 1)] ?? 8000;
  attempts += 1;
  window.clearTimeout(retry);
  retry = window.setTimeout(open, pause * (0.8 + Math.random() * 0.4));
}

function lose(): void {
  link.value = link.value === "connecting" && lostAt.value === null && attempts === 0 ? "connecting" : "lost";
  lostAt.value ??= Date.now();
  if (attempts > 0) link.value = "lost";
}

/** A socket that says nothing for two heartbeats is dead, whatever its state says. */
function look(): void {
  const silent = Date.now() - heardAt.value;
  if (socket !== null && silent > Math.max(2 * heartbeatMs, 3000)) {
    const dead = socket;
    socket = null;
    dead.close();
    lose();
    link.value = "lost";
    again();
  }
}

function send(message: object): void {
  socket?.send(JSON.stringify(message));
}

function ask(topic: Topic, entry: Wanted): void {
  entry.refused.value = null;
  entry.id = nextId++;
  send({ type: "subscribe", id: entry.id, topic });
}

function take(message: AnyServerMessage): void {
  serverSaid(message.now);
  switch (message.type) {
    case "welcome":
      heartbeatMs = message.heartbeat_ms;
      attempts = 0;
      nextId = 1;
      link.value = "live";
      lostAt.value = null;
      for (const [topic, entry] of wanted) ask(topic, entry);
      return;
    case "heartbeat":
      ready.value = message.ready;
      centerVersion.value = message.center_version;
      return;
    case "snapshot": {
      const entry = wanted.get(message.topic);
      if (entry?.id === message.subscription) entry.views.value = fromSnapshot(message);
      return;
    }
    case "delta": {
      const entry = [...wanted.values()].find((each) => each.id === message.subscription);
      const before = entry?.views.value;
      if (!entry || !before) return;
      entry.views.value = applyDelta(before, message) ?? before;
      noticed.value = message.notices.at(-1) ?? noticed.value;
      return;
    }
    case "error": {
      const entry = [...wanted.values()].find((each) => each.id === message.id);
      if (entry) entry.refused.value = new ApiFault(400, message.error.code, message.error.message);
      return;
    }
    case "done":
      return;
  }
}
