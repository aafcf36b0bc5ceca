// The agent's desk while she is signed in, on whatever page she looks: her live views, her phone, and what she may do.
// Started once after sign-in, ended at sign-out.
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { api, ApiFault } from "../api/http";
import type { AgentView, CallView, DoneBody, PhoneBody, TransferRequest } from "../api/types";
import { lineOf, session } from "../session";
import { t } from "../i18n";
import { lastNotice, linkState, subscribe } from "../live/socket";
import type { TopicViews } from "../live/topic";
import type { Phone, PhoneState, Ring } from "../phone/phone";
import { STARTING } from "../phone/phone";
import { SimulatedPhone } from "../phone/simulated";
import { SipPhone } from "../phone/sip";
import { startRinging, stopRinging } from "../phone/tone";
import { type Card, callOf, cardOf } from "./card";
import { arrived } from "./unsent";

const views = signal<ReadonlySignal<TopicViews | null> | null>(null);
export const phone = signal<Phone | null>(null);
/** Why there is no phone account; null while there is one or it is being asked for. */
export const phoneFault = signal<ApiFault | null>(null);

export const deskViews = computed(() => views.value?.value ?? null);
export const myself = computed<AgentView | null>(() => {
  const mine = session.value?.agent;
  return mine ? (deskViews.value?.agents[mine] ?? null) : null;
});
export const phoneState = computed<PhoneState>(() => phone.value?.state.value ?? STARTING);
export const card = computed<Card>(() => cardOf(myself.value, deskViews.value?.calls ?? {}, phoneState.value, phone.value?.microphone ?? false));
export const currentCall = computed<CallView | null>(() => callOf(card.value));
/** What the live views say about my own device; the simulated phone has no other ear. */
const ringOfViews = computed<Ring>(() => {
  const activity = myself.value?.activity;
  if (activity === "reserved") return "ringing";
  return activity === "talking" || activity === "holding" ? "up" : "none";
});

/** The last thing that was asked and did not work; shown on the card until the next one, or until it is closed. */
export const trouble = signal<ApiFault | null>(null);
/** Which action is under way, so that its control waits. */
export const acting = signal<string | null>(null);

/** The views follow an answer at once; when they do not, the control must not stay dead. */
const SHOWN_WITHIN_MS = 1500;

let stopDesk: (() => void) | null = null;
let asking: number | undefined;

export function startDesk(): void {
  if (stopDesk) return;
  const { views: live, release } = subscribe("desk");
  views.value = live;
  const endings = [release, effect(follow), effect(readAccountAgain)];
  stopDesk = () => {
    for (const ending of endings) ending();
    window.clearTimeout(asking);
    stopRinging();
    const left = phone.peek();
    phone.value = null;
    if (left) afterCall(left);
    phoneFault.value = null;
    views.value = null;
    trouble.value = null;
    document.title = "callcenter";
  };
  void askForPhone();
}

export function endDesk(): void {
  stopDesk?.();
  stopDesk = null;
}

/** The phone of a log-in that ended in mid-call: it goes when the call is over, or when the next log-in has a phone of its own. */
let remaining: Phone | null = null;

function afterCall(left: Phone): void {
  const talks = () => left.state.value.ring === "up" || left.state.value.ring === "answering";
  if (!talks()) {
    left.stop();
    return;
  }
  remaining = left;
  void until(() => !talks()).then(() => {
    if (remaining !== left) return;
    left.stop();
    remaining = null;
  });
}

function stopPhones(): void {
  phone.peek()?.stop();
  remaining?.stop();
  remaining = null;
}

async function askForPhone(): Promise<void> {
  window.clearTimeout(asking);
  try {
    const account = await api.post<PhoneBody>("/me/phone");
    if (!stopDesk) return;
    stopPhones();
    const made = account.kind === "jssip" ? new SipPhone(account) : new SimulatedPhone(account, ringOfViews);
    phone.value = made;
    phoneFault.value = null;
    await made.start();
  } catch (error) {
    if (!stopDesk) return;
    phoneFault.value = error instanceof ApiFault ? error : null;
    if (!(error instanceof ApiFault) || error.status === 0 || error.status >= 500) asking = window.setTimeout(() => void askForPhone(), 2000);
  }
}

/** The account was refused: another page of this log-in has made a new one. Taking the line here makes the other one's void. */
export function takeLine(): void {
  void askForPhone();
}

/** After a gap the server may have signed the device out: ask again when it does not know it as reachable. */
function readAccountAgain(): void {
  const signedOut = myself.value?.presence === "signed_out";
  if (signedOut && linkState.value === "live" && phone.peek()) void askForPhone();
}

/** Ring tone, title and, only when the page is hidden, a notification. The cursor stays where it is. */
let announced: string | null = null;
function follow(): void {
  const now = card.value;
  if (now.kind !== "ringing") {
    stopRinging();
    announced = null;
    document.title = now.kind === "talking" || now.kind === "holding" ? t("title.call", { queue: lineOf(now.call) || t("call") }) : t("title.desk");
    return;
  }
  const title = t("title.ringing", { queue: lineOf(now.call) || t("call") });
  document.title = title;
  if (now.answering) stopRinging();
  else startRinging();
  if (announced === now.call.offer?.id) return;
  announced = now.call.offer?.id ?? null;
  if (document.hidden && "Notification" in window && Notification.permission === "granted") new Notification(title, { tag: "ringing" });
}

/** Asked for once, however often it is pressed while it is under way; of choices (presence, language) the last one counts. */
const ONCE: ReadonlySet<string> = new Set(["answer", "reject", "end", "hold", "mute", "transfer", "finish", "place", "skip"]);

/** Carries out what was asked; a failure is shown on the card. True: it worked. */
export async function act(name: string, ask: () => Promise<unknown>): Promise<boolean> {
  if (ONCE.has(name) && acting.peek() === name) return false;
  acting.value = name;
  trouble.value = null;
  try {
    await ask();
    return true;
  } catch (error) {
    trouble.value = error instanceof ApiFault ? error : new ApiFault(0, "page", { en: String(error), zh: String(error) });
    return false;
  } finally {
    if (acting.peek() === name) acting.value = null;
  }
}

/** The page may know of the call before the phone rings: the press is kept until then, as long as it is the same offer. */
export const answer = () =>
  act("answer", async () => {
    const offer = offered();
    await until(() => phoneState.value.ring !== "none" || offered() !== offer);
    if (offer !== null && offered() === offer) await phone.peek()?.answer();
  });

function offered(): string | null {
  const now = card.value;
  return now.kind === "ringing" ? (now.call.offer?.id ?? null) : null;
}

function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!condition()) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

export function reject(): void {
  const now = card.peek();
  if (now.kind !== "ringing" || !now.call.offer) return;
  const offer = now.call.offer.id;
  void act("reject", async () => {
    await api.post(`/me/offers/${offer}/reject`);
    phone.peek()?.reject();
  });
}

export function hangUp(): void {
  const call = currentCall.peek();
  if (!call) return;
  void act("end", async () => {
    try {
      await api.post(`/calls/${call.id}/hang-up`);
    } catch (error) {
      if (error instanceof ApiFault && error.status === 404) return; // over already, which is what was wanted
      // The phone can end its own leg when the service cannot be reached.
      if (error instanceof ApiFault && error.status === 0) phone.peek()?.hangUp();
      throw error;
    }
  });
}

/** Under way until the card shows it: a press in between would ask for the same once more. */
export function holdOrRetrieve(): void {
  const now = card.peek();
  if (now.kind !== "talking" && now.kind !== "holding") return;
  void act("hold", async () => {
    await api.post(`/calls/${now.call.id}/${now.kind === "talking" ? "hold" : "retrieve"}`);
    await Promise.race([until(() => card.value.kind !== now.kind), new Promise((resolve) => window.setTimeout(resolve, SHOWN_WITHIN_MS))]);
  });
}

export function toggleMute(): void {
  void act("mute", async () => phone.peek()?.setMuted(!phoneState.peek().muted));
}

export const transfer = (call: string, to: TransferRequest["to"]) => act("transfer", () => api.post(`/calls/${call}/transfer`, { to }));
/** What was said of the call comes first: after the end of wrap-up nothing can be said any more. */
export const finishWrapUp = () =>
  act("finish", async () => {
    const call = currentCall.peek();
    if (call) await arrived(call.id);
    await api.post("/me/wrap-up/finish");
  });
export const setPresence = (reason: string | null) => act("presence", () => api.put("/me/presence", reason === null ? { presence: "available" } : { presence: "not_ready", reason }));
export const place = (number: string, contact: number | null = null) => act("place", () => api.create<DoneBody>("/calls", { number, contact }));
export const chooseContact = (call: string, contact: number) => act("contact", () => api.put(`/calls/${call}/contact`, { contact }));

/** A word about what just happened to an offer or a call, as long as it is fresh. */
export const notice = computed(() => lastNotice.value);
