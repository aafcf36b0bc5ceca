// What several of the campaign pages say alike: states, days, who may change something.
import type { CampaignBody } from "../api/types";
import { count, dayWords, isoDay, when } from "../format";
import { language, said, t } from "../i18n";
import { serverNow } from "../live/clock";
import { session, zone } from "../session";

export type CampaignState = CampaignBody["state"];

export const CHIPS: Readonly<Record<CampaignState, string>> = { draft: "chip-line", running: "chip-good", paused: "chip-warn", stopped: "", finished: "chip-line" };

/** Whether this person may change campaigns; others look. */
export const mayPlan = (): boolean => session.value?.role === "campaign_manager";

export const name = (campaign: Pick<CampaignBody, "label">): string => said(campaign.label);

/** 14:05 today, else the day with it. */
export function soon(at: number): string {
  return when(at, serverNow(), language.value, zone.value);
}

export const today = (): string => isoDay(serverNow(), zone.value);

export function days(campaign: Pick<CampaignBody, "first_day" | "last_day">): string {
  const { first_day: first, last_day: last } = campaign;
  const word = (day: string) => dayWords(day, language.value, "short");
  if (first && last) return t("camp.days", { first: word(first), last: word(last) });
  if (first) return t("camp.from", { first: word(first) });
  return last ? t("camp.until", { last: word(last) }) : t("camp.anyDay");
}

export const many = (n: number): string => count(n);
