// The bar at the foot: on a telephone, Answer and Reject within reach of the thumb; on other pages than the desk, the call that rings.
import { since } from "../format";
import { t } from "../i18n";
import type { LeadView } from "../api/types";
import { useKey } from "../keys";
import { now } from "../live/clock";
import { linkState } from "../live/socket";
import { Kbd } from "../parts/controls";
import { Icon, Silhouette } from "../parts/icons";
import { MARKS, stateWord } from "../parts/states";
import { place } from "../router";
import { lineOf } from "../session";
import { answer, card, hangUp, holdOrRetrieve, reject } from "./desk";
import { LeadKeys, timeLeft } from "./leadcard";
import { held } from "./lead";
import { callerName } from "./match";

export function Callbar() {
  const at = card.value;
  const desk = place.value.path.startsWith("/agent");
  const ringing = at.kind === "ringing";
  const open = ringing || at.kind === "talking" || at.kind === "holding" || at.kind === "placing";
  useKey("F8", () => void answer(), !desk && ringing);
  useKey("F9", () => reject(), !desk && ringing);
  useKey("Shift F9", () => hangUp(), !desk && open && !ringing);
  if (at.kind === "lead") return <LeadBar lead={at.lead} desk={desk} />;
  if (!open) return null;
  const mark = MARKS[at.agent.state];
  return (
    <div class={`callbar ${desk ? "on-desk" : "elsewhere"}`} data-st={mark}>
      <span class="st callbar-who" data-st={mark}>
        <Silhouette state={mark} />
        <span class="cut">
          {ringing ? t("card.ringsOutIn.cap", { s: Math.max(0, Math.ceil((at.endsAt - now.value) / 1000)) }) : `${stateWord(at.agent.state)} ${since(at.agent.since, now.value)}`}
          {desk ? null : <span class="t2"> · {callerName(at.call)} · {lineOf(at.call)}</span>}
        </span>
        {desk ? null : (
          <a class="push nowrap" href="/agent">
            {t("nav.toDesk")}
          </a>
        )}
      </span>
      <div class="answer">
        {ringing ? (
          <>
            <button class="btn btn-answer" disabled={at.answering} onClick={() => void answer()}>
              <Icon name="phone" size="lg" />
              {t("answer")} <Kbd>F8</Kbd>
            </button>
            <button class="btn btn-call" disabled={at.answering} onClick={() => reject()}>
              {t("reject")} <Kbd>F9</Kbd>
            </button>
          </>
        ) : (
          <>
            <button class="btn btn-call" disabled={at.kind === "placing"} onClick={() => holdOrRetrieve()}>
              <Icon name={at.kind === "holding" ? "play" : "pause"} />
              {at.kind === "holding" ? t("resume") : t("hold")}
            </button>
            <button class="btn btn-end" onClick={() => hangUp()}>
              {t("end")}
            </button>
          </>
        )}
      </div>
    </div>
  );
}

/** A lead that waits to be read: on the desk within reach of the thumb, elsewhere the way back to it. */
function LeadBar({ lead, desk }: { lead: LeadView; desk: boolean }) {
  const name = held.value?.data?.name ?? "";
  return (
    <div class={`callbar ${desk ? "on-desk" : "elsewhere"}`} data-st="dialing">
      <span class="st callbar-who" data-st="dialing">
        <Icon name="dial" />
        <span class="cut">
          {desk ? "" : `${t("lead.title", { name: name || t("lead.nameless") })} · `}
          {timeLeft(lead.until)}
        </span>
        {desk ? null : (
          <a class="push nowrap" href="/agent">
            {t("nav.toDesk")}
          </a>
        )}
      </span>
      {desk ? <LeadKeys attempt={lead.attempt} offline={linkState.value === "lost"} keys={false} /> : null}
    </div>
  );
}
