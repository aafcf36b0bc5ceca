// The call card: who is on the line, for how long, and what can be done. One fixed height in all call states; Answer's place
// holds no button during the call, and a new call's buttons ignore clicks for 300 ms.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AgentView, CallView } from "../api/types";
import { duration, since } from "../format";
import { coded, known, said, t } from "../i18n";
import { useKey } from "../keys";
import { now } from "../live/clock";
import { linkState } from "../live/socket";
import { Kbd, Note, Skeleton } from "../parts/controls";
import { Icon } from "../parts/icons";
import { type AgentState, stateDetail } from "../parts/states";
import { lineOf, reasonName } from "../session";
import type { Card } from "./card";
import { acting, answer, card, finishWrapUp, hangUp, holdOrRetrieve, notice, phone, phoneFault, phoneState, reject, setPresence, toggleMute, trouble } from "./desk";
import { DialField } from "./dial";
import { Frame, Trouble, useDeaf } from "./frame";
import { Keypad } from "./keypad";
import { leadOf } from "./lead";
import { LeadCard } from "./leadcard";
import { callerName, preview } from "./match";
import { TransferList } from "./transfer";
import { WorkNote } from "./work";

export function CallCard() {
  const now = card.value;
  const offline = linkState.value === "lost" && now.kind !== "loading";
  switch (now.kind) {
    case "loading":
      return (
        <section class="panel phone" data-card="loading" aria-label={t("card")} aria-busy="true">
          <header class="phone-h">
            <Skeleton widths={[34]} />
          </header>
          <div class="phone-b skel-card">
            {phoneFault.value ? <Trouble /> : null}
            <Skeleton widths={[70]} height={20} />
            <Skeleton widths={[45]} />
            <Skeleton widths={[100]} height={48} />
          </div>
        </section>
      );
    case "device":
      return <DeviceCard now={now} />;
    case "idle":
      return <IdleCard now={now} offline={offline} />;
    case "lead":
      return <LeadCard now={now} offline={offline} />;
    case "ringing":
      return <RingingCard now={now} offline={offline} />;
    case "wrap":
      return <WrapCard now={now} offline={offline} />;
    default:
      return <InCallCard now={now} offline={offline} />;
  }
}

function Who({ call, below }: { call: CallView; below?: ComponentChildren }) {
  const tentative = call.contact === null && !leadOf(call)?.name && (preview.value?.tentative ?? false);
  const named = isNamed(call);
  return (
    <>
      <div class="who cut">{callerName(call)}</div>
      <div class="tel">
        {below ?? (
          <>
            <span class={named ? "num" : "t3"}>{named ? (call.number?.shown ?? t("number.withheld")) : t(`lookUp.${call.look_up}`)}</span>
            {tentative ? <span class="chip chip-warn">{t("match.tentative")}</span> : null}
          </>
        )}
      </div>
    </>
  );
}

/** Whether the headline is a name; else it is the number, and need not be said twice. */
function isNamed(call: CallView): boolean {
  return (call.contact?.name ?? (leadOf(call)?.name || null) ?? preview.value?.name ?? null) !== null;
}

function RingingCard({ now: ringing, offline }: { now: Extract<Card, { kind: "ringing" }>; offline: boolean }) {
  const { call, endsAt, startedAt, answering } = ringing;
  const left = Math.max(0, Math.ceil((endsAt - now.value) / 1000));
  const deaf = useDeaf(call.offer?.id ?? "");
  useKey("F8", () => void answer(), !answering);
  useKey("F9", () => reject(), !answering);
  const waited = call.wait_ms ?? (call.waiting_since === null ? null : now.value - call.waiting_since);
  const reconnecting = call.legs.some((leg) => leg.role === "reconnect" && leg.agent === ringing.agent.id);
  return (
    <Frame
      state="ringing"
      kind="ringing"
      ringing
      alarm={offline ? "danger" : undefined}
      head={offline ? t("card.notLive") : answering ? t("card.connecting") : reconnecting ? t("card.ringsAgain") : t("card.incoming")}
      side={t("card.ringsOutIn", { s: left })}
      drain={1 - (now.value - startedAt) / Math.max(1, endsAt - startedAt)}
    >
      <Who call={call} />
      <dl class="facts">
        <dt>{t(call.campaign ? "work.campaign" : "queue")}</dt>
        <dd class="b cut">{lineOf(call) || t("call.direct")}</dd>
        {waited === null ? null : (
          <>
            <dt>{t("waited")}</dt>
            <dd class="num">{duration(waited)}</dd>
          </>
        )}
        {call.keyed.length > 0 ? (
          <>
            <dt>{t("keyedIn")}</dt>
            <dd class="cut num">{call.keyed.map((each) => each.digits).join(", ")}</dd>
          </>
        ) : null}
        {call.language ? (
          <>
            <dt>{t("speaks")}</dt>
            <dd>{t(`language.${call.language}`)}</dd>
          </>
        ) : null}
        <dt>{t("whyYou")}</dt>
        <dd class="two">{call.offer?.reasons.map((reason) => said(reason.text)).join(", ")}</dd>
      </dl>
      <div class="answer">
        <button class="btn btn-answer" disabled={answering} onClick={() => !deaf() && void answer()}>
          <Icon name="phone" size="lg" />
          {answering ? t("connecting") : t("answer")} <Kbd>F8</Kbd>
        </button>
        <button class="btn btn-call" disabled={answering} onClick={() => !deaf() && reject()}>
          {t("reject")} <Kbd>F9</Kbd>
        </button>
      </div>
      {trouble.value ? <Trouble /> : <p class="xs t3 foot-note">{t(call.campaign ? "work.takesItself" : "card.rejectKeeps")}</p>}
    </Frame>
  );
}

function InCallCard({ now: at, offline }: { now: Extract<Card, { kind: "talking" | "holding" | "placing" | "lost" }>; offline: boolean }) {
  const { call } = at;
  const part = "part" in at ? at.part : null;
  const lost = at.kind === "lost";
  const holding = at.kind === "holding";
  const talking = at.kind === "talking";
  const placing = at.kind === "placing";
  const [layer, setLayer] = useState<"" | "keypad" | "transfer">("");
  const usable = (talking || holding) && !offline;
  useEffect(() => setLayer(""), [call.id]);
  useKey("F4", () => holdOrRetrieve(), usable);
  useKey("F7", () => toggleMute(), talking);
  useKey("F10", () => setLayer((open) => (open === "transfer" ? "" : "transfer")), talking || holding);
  useKey("Shift F9", () => hangUp(), !lost);
  const callTime = part ? since(part.connected_at, now.value) : since(call.since, now.value);
  const ringing = call.legs.some((leg) => (leg.role === "customer" || leg.role === "target") && leg.state === "ringing");
  const muted = phoneState.value.muted;
  const head = offline
    ? t("card.notLive")
    : lost
      ? `${t("card.lineLost")} ${since(part?.held_since ?? call.since, now.value)}`
      : placing
        ? ringing
          ? t("card.ringing")
          : t("card.dialing")
        : holding
          ? `${t("state.holding")} ${since(part?.held_since ?? at.agent.since, now.value)}`
          : muted
            ? t("card.muted")
            : call.transfer
              ? t("card.transferring")
              : t("state.talking");
  const shown: AgentState = placing ? "dialing" : holding || lost ? "holding" : "talking";
  return (
    <>
      <Frame state={shown} kind={at.kind} alarm={offline || lost ? "danger" : undefined} {...(offline || lost ? { icon: "wifi" as const } : {})} head={head} side={holding || lost ? t("card.call", { time: callTime }) : callTime}>
        <Who
          call={call}
          below={
            lost ? (
              t("card.keptOnHold")
            ) : (
              <>
                <span class="num">{isNamed(call) ? (call.number?.shown ?? t("number.withheld")) : t(`lookUp.${call.look_up}`)}</span>
                <span class="t3 cut"> · {lineOf(call) || (call.direction === "outbound" ? t("call.placed") : t("call.direct"))}</span>
              </>
            )
          }
        />
        {lost || offline ? (
          <div class="lost-note">
            <button class="btn grow" disabled>
              {t("card.reconnecting")}
            </button>
            <Note>{offline && !lost ? t("card.offlineNote") : t("card.notesGoOn")}</Note>
          </div>
        ) : (
          <div class="keys">
            <button data-st={holding ? "holding" : undefined} aria-pressed={holding} disabled={!usable || acting.value === "hold"} onClick={() => holdOrRetrieve()} title="F4">
              <Icon name={holding ? "play" : "pause"} />
              {holding ? t("resume") : t("hold")}
              <Kbd>F4</Kbd>
            </button>
            <button aria-pressed={muted} disabled={!talking} onClick={() => toggleMute()} title="F7">
              <Icon name={muted ? "mic-off" : "mic"} />
              {muted ? t("unmute") : t("mute")}
              <Kbd>F7</Kbd>
            </button>
            <button aria-expanded={layer === "keypad"} disabled={!talking} onClick={() => setLayer(layer === "keypad" ? "" : "keypad")}>
              <Icon name="keypad" />
              {t("keypad")}
            </button>
            <button aria-expanded={layer === "transfer"} disabled={!(talking || holding)} onClick={() => setLayer(layer === "transfer" ? "" : "transfer")} title="F10">
              <Icon name="transfer" />
              {t("transfer")}
              <Kbd>F10</Kbd>
            </button>
          </div>
        )}
        <Recording call={call} />
        {trouble.value && layer !== "transfer" ? <Trouble /> : null}
        <div class="answer">
          <After />
          <button class="btn btn-end" disabled={acting.value === "end"} onClick={() => hangUp()}>
            <Icon name="phone-x" />
            {t("end")}
          </button>
        </div>
      </Frame>
      {layer === "keypad" ? <Keypad close={() => setLayer("")} /> : null}
      {layer === "transfer" ? <TransferList call={call.id} close={() => setLayer("")} /> : null}
    </>
  );
}

function Recording({ call }: { call: CallView }) {
  const { state, since: from } = call.recording;
  if (state === "none" || state === "over") return null;
  return (
    <div class="rec" data-recording={state}>
      {state === "running" ? <span class="dot" /> : null}
      {state === "failed" ? <Icon name="warn" size="sm" /> : null}
      <span class="b">{t(`recording.${state}`)}</span>
      {state === "running" ? <span class="t3 num">{since(from, now.value)}</span> : null}
    </div>
  );
}

/** What she is when call and wrap-up are over: as she chose, unless her log-in has ended meanwhile. */
function stateAfter(agent: AgentView): string {
  if (agent.leaving) return t("state.signed_out");
  return agent.presence === "not_ready" ? reasonName(agent.reason) : t("state.available");
}

/** What comes after the call: wrap-up, then the chosen presence, which can be changed until then. */
function After() {
  const agent = card.value.kind === "loading" ? null : card.value.agent;
  return (
    <div class="afterward">
      <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
        <circle cx="13" cy="13" r="11" fill="none" stroke="var(--st-wrap)" stroke-width="2.5" />
      </svg>
      <span>
        <b class="b">{t("state.wrap_up")}</b>
        <br />
        <span data-then={agent?.leaving ? "signed_out" : agent?.presence}>{t("then", { state: agent ? stateAfter(agent) : t("state.available") })}</span>
        {agent?.presence === "not_ready" && !agent.leaving ? (
          <button class="linkbtn withdraw" onClick={() => void setPresence(null)}>
            {t("withdraw")}
          </button>
        ) : null}
      </span>
    </div>
  );
}

function WrapCard({ now: wrap, offline }: { now: Extract<Card, { kind: "wrap" }>; offline: boolean }) {
  const over = now.value - wrap.limitAt;
  const late = over > 0;
  const { call, agent } = wrap;
  const part = call?.conversations.findLast((each) => each.agent === agent.id);
  const talked = part ? (part.left_at ?? call?.over_at ?? now.value) - part.connected_at : null;
  return (
    <Frame
      state="wrap_up"
      kind="wrap"
      alarm={offline ? "danger" : late ? "warn" : undefined}
      head={offline ? t("card.notLive") : t("state.wrap_up")}
      side={late ? t("card.over", { time: duration(over) }) : t("card.left", { time: duration(-over) })}
      drain={(now.value - wrap.since) / Math.max(1, wrap.limitAt - wrap.since)}
    >
      {call ? <Who call={call} below={talked === null ? t("card.notTalked") : t("card.talked", { time: duration(talked) })} /> : null}
      <div class="row wrap-acts">
        <button class="btn btn-primary grow" disabled={offline || acting.value === "finish"} onClick={() => void finishWrapUp()}>
          {t("finish", { state: stateAfter(agent) })}
        </button>
      </div>
      {call && call.disposition === null ? (
        <p class="xs t3 foot-note">
          {t("outcome.missing")} <Kbd>F2</Kbd>
        </p>
      ) : null}
      <p class="xs t3 foot-note">{t("card.hardLimit", { time: duration(Math.max(0, wrap.hardAt - now.value)) })}</p>
      <Trouble />
    </Frame>
  );
}

function IdleCard({ now: idle, offline }: { now: Extract<Card, { kind: "idle" }>; offline: boolean }) {
  const { agent } = idle;
  const aside = agent.presence === "available" ? agent.set_aside : null; // a break that she chose herself counts for more
  const available = agent.state === "available";
  const recent = notice.value && now.value - notice.value.at < 60_000 ? notice.value : null;
  return (
    <Frame state={agent.state} kind="idle" alarm={offline ? "danger" : undefined} head={offline ? t("card.notLive") : stateDetail(agent)} side={since(agent.since, now.value)}>
      <DialField />
      {aside?.why === "missed_call" ? (
        <div class="back-note">
          <Note icon="warn">{t("aside.missedNote", { time: duration(Math.max(0, aside.until - now.value)) })}</Note>
          <button class="btn btn-primary" onClick={() => void setPresence(null)}>
            {t("back")}
          </button>
        </div>
      ) : null}
      {aside && aside.why !== "missed_call" ? <Note icon="clock">{t(`aside.${aside.why}`)}</Note> : null}
      {recent && recent.kind !== "wrap_up_over" && recent.kind !== "line_restored" ? (
        <Note>
          {coded("notice", recent.kind)} {known(`code.${recent.kind}`, recent.code) || known("code", recent.code)}
        </Note>
      ) : null}
      {!available && !aside && agent.presence === "not_ready" ? (
        <div class="back-note">
          <Note>{t("card.notReadyNote")}</Note>
          <button class="btn" onClick={() => void setPresence(null)}>
            {t("goAvailable")}
          </button>
        </div>
      ) : null}
      {agent.campaign ? <WorkNote /> : null}
      {available && !(agent.campaign && agent.reachable) ? <Note icon={agent.reachable ? "info" : "warn"}>{agent.reachable ? t("card.availableNote") : t("card.unreachable")}</Note> : null}
      <Trouble />
    </Frame>
  );
}

function DeviceCard({ now: at }: { now: Extract<Card, { kind: "device" }> }) {
  const device = phoneState.value.device;
  const what = device === "denied" || device === "failed" ? device : "missing";
  return (
    <Frame state={at.agent.state} kind="device" alarm="danger" icon="mic-off" head={t("device.error")} side={since(at.agent.since, now.value)}>
      <div class="who small">{t(`device.${what}`)}</div>
      <p class="t2 device-what">{t(`device.${what}.what`)}</p>
      <div class="row wrap-acts">
        <button class="btn btn-primary grow" onClick={() => void phone.value?.repairDevice()}>
          {t("repair")}
        </button>
      </div>
    </Frame>
  );
}
