// Who is signed in, in which language and theme, and the center's words. The server keeps the session; this is its copy.
import { computed, effect, signal } from "@preact/signals";
import { api, ApiFault, onSignedOut } from "./api/http";
import type { CallView, CenterBody, SessionBody } from "./api/types";
import { type Language, language, said, t } from "./i18n";
import { serverSaid } from "./live/clock";
import { announcedCenterVersion, connect, disconnect } from "./live/socket";
import { first } from "./rights";
import { go } from "./router";

export type Theme = "light" | "dark" | "system";

/** undefined: not known yet; null: nobody. */
export const session = signal<SessionBody | null | undefined>(undefined);
export const center = signal<CenterBody | null>(null);
export const theme = signal<Theme>("system");
/** The session could not be asked for, so nobody knows whether somebody is signed in. */
export const unreached = signal<ApiFault | null>(null);

export const zone = computed(() => session.value?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
export const me = computed(() => session.value?.agent ?? null);

const queueLabels = computed(() => new Map(session.value?.queues.map((each) => [each.id, each.label])));
const skillLabels = computed(() => new Map(session.value?.skills.map((each) => [each.id, each.label])));
const teamLabels = computed(() => new Map(session.value?.teams.map((each) => [each.id, each.label])));
const reasonLabels = computed(() => new Map(session.value?.reasons.map((each) => [each.code, each.label])));
const outcomeLabels = computed(() => new Map(session.value?.dispositions.map((each) => [each.code, each.label])));

function named(labels: ReadonlyMap<string, { en: string; zh: string }>, id: string | null | undefined): string {
  if (!id) return "";
  const label = labels.get(id);
  return label ? said(label) : id;
}
/** A campaign's own queue has no name; whose it is the call says. */
export const queueName = (id: string | null | undefined) => (id?.startsWith("campaign/") ? t("work.campaign") : named(queueLabels.value, id));
/** Of a call: the campaign that dialed it, or its queue. */
export const lineOf = (call: Pick<CallView, "campaign" | "queue">) => (call.campaign ? said(call.campaign.label) : queueName(call.queue));
export const skillName = (id: string) => named(skillLabels.value, id);
export const teamName = (id: string | null | undefined) => named(teamLabels.value, id);
export const reasonName = (code: string | null | undefined) => named(reasonLabels.value, code);
export const outcomeName = (code: string | null | undefined) => named(outcomeLabels.value, code);

/** "Billing 4, English 5". */
export function skillsText(skills: Readonly<Record<string, number>>): string {
  return Object.entries(skills)
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .map(([skill, level]) => `${skillName(skill)} ${level}`)
    .join(" · ");
}

/** Where this person begins. */
export const home = (body: SessionBody) => first(body.role);
/** Of a list of the center's, what this person sees of it: null stands for all. */
export const mine = <T extends { id: string }>(all: readonly T[] | undefined, ids: readonly string[] | null | undefined) => (all ?? []).filter((each) => ids == null || ids.includes(each.id));

/** How many choices were made on this page, all of them together, and the last one on its way to the server. */
let choices = 0;
const chosen: { language?: Language; theme?: Theme } = {};
let choosing: Promise<unknown> = Promise.resolve();

/** `asked`: what `choices` was when the answer was asked for; a choice made since then is newer than the answer. */
function begin(body: SessionBody, asked = choices): void {
  serverSaid(body.now);
  session.value = body;
  if (asked === choices) {
    language.value = body.language;
    theme.value = body.theme;
  }
  if (!body.choose_password) connect(end);
}

/** The session is as the server has just said, for instance after a password was chosen. */
export const entered = (body: SessionBody) => begin(body);

function end(): void {
  if (session.value === null) return;
  disconnect();
  delete chosen.language;
  delete chosen.theme;
  session.value = null;
  if (location.pathname !== "/signin") go(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`, true);
}

export async function ask(): Promise<void> {
  try {
    await choosing.catch(() => undefined);
    const asked = choices;
    begin(await api.get<SessionBody>("/session"), asked);
    unreached.value = null;
  } catch (error) {
    if (error instanceof ApiFault && error.status === 401) {
      unreached.value = null;
      session.value = undefined;
      end();
    } else if (error instanceof ApiFault) {
      unreached.value = error;
      window.setTimeout(() => void ask(), 2000);
    }
  }
}

export async function askCenter(): Promise<void> {
  const body = await api.get<CenterBody>("/center");
  serverSaid(body.now);
  center.value = body;
}

export async function signIn(login: string, password: string): Promise<SessionBody> {
  const body = await api.post<SessionBody>("/session", { login, password });
  begin(body);
  return body;
}

export async function signOut(): Promise<void> {
  await api.delete("/session");
  end();
}

/** Before sign-in the choice is the browser's, after it the person's. */
export async function choose(patch: { language?: Language; theme?: Theme }): Promise<void> {
  if (patch.language) language.value = patch.language;
  if (patch.theme) theme.value = patch.theme;
  if (!session.value) return;
  choices += 1;
  Object.assign(chosen, patch);
  const mine = choices;
  const told = api.patch<SessionBody>("/session", chosen);
  choosing = told;
  const body = await told;
  if (mine === choices) session.value = body;
}

onSignedOut(end);

effect(() => {
  document.documentElement.lang = language.value;
});
effect(() => {
  if (theme.value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});
effect(() => {
  const announced = announcedCenterVersion.value;
  const known = session.peek();
  if (known && announced > known.center_version) void ask();
});
