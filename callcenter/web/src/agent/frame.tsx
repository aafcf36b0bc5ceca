// The frame of the call card in all its states, its line of trouble, and the moment in which new buttons do not listen.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { said, t } from "../i18n";
import { Icon, type IconName, Silhouette } from "../parts/icons";
import { MARKS, type AgentState } from "../parts/states";
import { phoneFault, trouble } from "./desk";

const DEAF_MS = 300;

export function Frame(props: { state: AgentState; kind: string; head: ComponentChildren; side?: ComponentChildren; drain?: number; alarm?: "warn" | "danger" | undefined; icon?: IconName; ringing?: boolean; children: ComponentChildren }) {
  return (
    <section class={`panel phone ${props.ringing ? "is-ringing" : ""} ${props.alarm ? `is-${props.alarm}` : ""}`} data-st={MARKS[props.state]} data-card={props.kind} aria-label={t("card")}>
      <header class="phone-h">
        {props.icon ? <Icon name={props.icon} /> : <Silhouette state={MARKS[props.state]} />}
        <span class="cut">{props.head}</span>
        <span class="push num">{props.side}</span>
      </header>
      {props.drain === undefined ? null : (
        <div class="drain">
          <i style={{ width: `${Math.round(Math.min(1, Math.max(0, props.drain)) * 100)}%` }} />
        </div>
      )}
      <div class="phone-b">{props.children}</div>
    </section>
  );
}

/** What did not work; its place is at the foot of the card. */
export function Trouble() {
  const fault = trouble.value ?? phoneFault.value;
  if (!fault) return null;
  return (
    <p class="trouble xs" role="alert">
      <Icon name="warn" size="sm" />
      <span>{said(fault.words)}</span>
      {trouble.value ? (
        <button class="linkbtn" aria-label={t("close")} onClick={() => (trouble.value = null)}>
          <Icon name="x" size="xs" />
        </button>
      ) : null}
    </p>
  );
}

/** True while the buttons of a call that has just come do not listen yet. */
export function useDeaf(id: string): () => boolean {
  const shown = useRef({ id: "", at: 0 });
  if (shown.current.id !== id) shown.current = { id, at: performance.now() };
  return () => performance.now() - shown.current.at < DEAF_MS;
}
