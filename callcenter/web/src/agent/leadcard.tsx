// A lead in preview, on the call card: who will be called and at which number, how long there is to read, dial and skip.
import type { LeadInHand } from "../api/types";
import { clock, duration, when } from "../format";
import { coded, known, language, said, t } from "../i18n";
import { useKey } from "../keys";
import { minute, now } from "../live/clock";
import { Fault, Kbd, Note, Skeleton } from "../parts/controls";
import { Icon } from "../parts/icons";
import { zone } from "../session";
import type { Card } from "./card";
import { acting, myself, notice, setPresence } from "./desk";
import { Frame, Trouble, useDeaf } from "./frame";
import { dialLead, held, readAgain, skipLead } from "./lead";

const FRESH_MS = 20_000;

/** Dial and skip, with their keys. `wide`: on the bar at the foot, which has no keys of its own. */
export function LeadKeys({ attempt, offline, keys }: { attempt: string; offline: boolean; keys: boolean }) {
  const deaf = useDeaf(attempt);
  const read = held.value?.attempt === attempt ? held.value : null;
  const ready = !offline && read?.data != null && acting.value !== "place" && acting.value !== "skip";
  const skips = !offline && acting.value !== "skip" && acting.value !== "place";
  const dial = () => {
    if (!deaf()) void dialLead(attempt);
  };
  const skip = () => {
    if (!deaf()) void skipLead(attempt);
  };
  useKey("Shift F8", dial, keys && ready);
  useKey("Alt S", skip, keys && skips);
  return (
    <div class="answer">
      <button class="btn btn-primary btn-call" data-act="dial-lead" disabled={!ready} onClick={dial}>
        <Icon name="phone" size="lg" />
        {t("lead.dial")} <Kbd>Shift F8</Kbd>
      </button>
      <button class="btn btn-call" data-act="skip-lead" disabled={!skips} onClick={skip}>
        {t("lead.skipIt")} <Kbd>Alt S</Kbd>
      </button>
    </div>
  );
}

export function timeLeft(until: number | null): string {
  return until === null ? t("lead.noLimit") : t("lead.left", { time: duration(Math.max(0, until - now.value)) });
}

export function LeadCard({ now: reading, offline }: { now: Extract<Card, { kind: "lead" }>; offline: boolean }) {
  const { agent, lead } = reading;
  const read = held.value?.attempt === lead.attempt ? held.value : null;
  const whole = lead.until === null ? null : lead.until - lead.since;
  const late = lead.until !== null && lead.until - now.value < 15_000;
  const passing = notice.value && now.value - notice.value.at < FRESH_MS && notice.value.kind === "call_not_placed" ? notice.value : null;
  return (
    <Frame
      state={agent.state}
      kind="lead"
      alarm={offline ? "danger" : late ? "warn" : undefined}
      head={offline ? t("card.notLive") : t("lead.read")}
      side={timeLeft(lead.until)}
      {...(whole === null || lead.until === null ? {} : { drain: (lead.until - now.value) / Math.max(1, whole) })}
    >
      {read?.data ? <Facts lead={read.data} campaign={agent.campaign ? said(agent.campaign.label) : ""} /> : null}
      {read?.gone ? <Note icon="warn">{t("lead.gone")}</Note> : null}
      {read?.fault ? <Fault fault={read.fault} again={readAgain} /> : null}
      {!read?.data && !read?.gone && !read?.fault ? (
        <div class="skel-card" aria-busy="true">
          <Skeleton widths={[70]} height={20} />
          <Skeleton widths={[45, 80, 60]} />
        </div>
      ) : null}
      <LeadKeys attempt={lead.attempt} offline={offline} keys />
      <Foot passing={passing ? `${coded("notice", passing.kind)} ${known(`code.${passing.kind}`, passing.code) || known("code", passing.code)}` : ""} />
    </Frame>
  );
}

/** One line: what went wrong, else what holds her back from calls, else what skipping means. */
function Foot({ passing }: { passing: string }) {
  const aside = myself.value?.presence === "available" ? myself.value.set_aside : null;
  return (
    <>
      <Trouble />
      {aside?.why === "missed_call" ? (
        <p class="xs amber foot-note">
          {t("aside.missed_call")}{" "}
          <button class="linkbtn" onClick={() => void setPresence(null)}>
            {t("back")}
          </button>
        </p>
      ) : (
        <p class="xs t3 foot-note cut" role="status">
          {passing || t("lead.skipKeeps")}
        </p>
      )}
    </>
  );
}

function Facts({ lead, campaign }: { lead: LeadInHand; campaign: string }) {
  const last = lead.earlier[0];
  return (
    <>
      <div class="who cut">{lead.name || lead.company || lead.number?.shown || t("lead.nameless")}</div>
      <div class="tel">
        <span class="num cut">{lead.number?.shown ?? t("number.withheld")}</span>
      </div>
      <dl class="facts">
        <dt>{t("work.campaign")}</dt>
        <dd class="b cut">{campaign}</dd>
        {lead.company && lead.name ? (
          <>
            <dt>{t("lead.company")}</dt>
            <dd class="cut">{lead.company}</dd>
          </>
        ) : null}
        <dt>{t("lead.timeThere")}</dt>
        <dd class="num cut">{lead.zone ? timeThere(lead.zone) : t("lead.timeUnknown")}</dd>
        <dt>{t("lead.before")}</dt>
        <dd class="cut">
          {called(lead.attempts)}
          {last ? ` · ${coded("dialed", last.outcome)}, ${when(last.at, minute.value, language.value, zone.value)}` : ""}
        </dd>
        {lead.note ? (
          <>
            <dt>{t("lead.note")}</dt>
            <dd class="two">{lead.note}</dd>
          </>
        ) : null}
      </dl>
    </>
  );
}

export function timeThere(name: string): string {
  try {
    return `${clock(minute.value, language.value, name)} ${name.split("/").at(-1)!.replaceAll("_", " ")}`;
  } catch {
    return name; // a zone that this browser does not know
  }
}

export function called(attempts: number): string {
  if (attempts === 0) return t("lead.neverCalled");
  return attempts === 1 ? t("lead.calledOnce") : t("lead.calledTimes", { n: attempts });
}
