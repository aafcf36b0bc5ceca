// The outcome keys: one press sets the outcome, by mouse or by F2 and the digit. A press that did not arrive stays pressed, amber,
// and is sent again by itself when the line is back.
import { useState } from "preact/hooks";
import type { Words } from "../api/types";
import { said, t } from "../i18n";
import { outcomePending, useKey } from "../keys";
import { linkState } from "../live/socket";
import { Kbd } from "../parts/controls";
import { session } from "../session";
import { mayHaveOutcome } from "./card";
import { card, currentCall, trouble } from "./desk";
import { leadOf } from "./lead";
import { Saying } from "./saying";
import { type Press, press, unsent } from "./unsent";

function send(call: string, code: string, more: Press["more"] = {}): void {
  void press(call, code, () => currentCall.peek()?.id === call, (fault) => (trouble.value = fault), more);
}

/** These are said with more than a press. */
const ASKS: ReadonlySet<string> = new Set(["callback", "opportunity"]);

export function Outcome() {
  const call = currentCall.value;
  const open = mayHaveOutcome(card.value);
  const waiting = call ? (unsent.value[call.id] ?? null) : null;
  const live = linkState.value === "live";
  const lead = call ? leadOf(call) : null;
  const own = lead?.dispositions ?? [];
  const choices: readonly { code: string; label: Words }[] = own.length > 0 ? own : (session.value?.dispositions ?? []);
  const [asked, setAsked] = useState<{ call: string; code: string } | null>(null);
  const asking = call && lead && open && asked?.call === call.id ? own.find((each) => each.code === asked.code) : undefined;
  const pick = (code: string) => {
    if (!call) return;
    const more = ASKS.has(own.find((each) => each.code === code)?.follow ?? "");
    setAsked(more ? { call: call.id, code } : null);
    if (!more) send(call.id, code);
  };
  return (
    <section class="panel outcome" data-outcome={waiting?.fault ? "waiting" : open ? "open" : "closed"}>
      <header class="panel-h">
        <h2>{t("outcome")}</h2>
        <span class={`push xs ${waiting?.fault ? "amber" : "t3"}`} role="status">
          {waiting?.fault ? (
            live ? (
              <>
                {said(waiting.fault.words)}{" "}
                <button class="linkbtn" onClick={() => call && send(call.id, waiting.code, waiting.more)}>
                  {t("tryAgain")}
                </button>
              </>
            ) : (
              t("outcome.queued")
            )
          ) : (
            <>
              {open ? "" : `${t("outcome.after")} `}
              <span class={`hide-m row keys-hint ${outcomePending.value ? "is-pending" : ""}`}>
                <Kbd>F2</Kbd> {t("outcome.thenDigit")}
              </span>
            </>
          )}
        </span>
      </header>
      <div class="panel-b">
        <div class="dispo">
          {choices.map((choice, index) => (
            <OutcomeKey
              key={choice.code}
              digit={index < 9 ? index + 1 : index === 9 ? 0 : null}
              word={said(choice.label)}
              on={open}
              pressed={waiting ? waiting.code === choice.code : call?.disposition === choice.code}
              late={waiting?.code === choice.code && waiting.fault !== null}
              press={() => pick(choice.code)}
            />
          ))}
        </div>
        {call && lead && asking ? (
          <Saying
            key={`${call.id} ${asking.code}`}
            call={call.id}
            lead={lead}
            choice={asking}
            say={(more) => {
              setAsked(null);
              send(call.id, asking.code, more);
            }}
            close={() => setAsked(null)}
          />
        ) : null}
      </div>
    </section>
  );
}

function OutcomeKey(props: { digit: number | null; word: string; on: boolean; pressed: boolean; late: boolean; press: () => void }) {
  useKey(`F2 ${props.digit}`, () => props.press(), props.on && props.digit !== null);
  return (
    <button type="button" disabled={!props.on} aria-pressed={props.pressed} class={props.late ? "is-late" : ""} onClick={props.press}>
      {props.digit === null ? null : <Kbd>{props.digit}</Kbd>}
      <span class="cut">{props.word}</span>
    </button>
  );
}
