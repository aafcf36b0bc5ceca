// Agent states as they are shown: colour, silhouette and word, always the three together.
import type { AgentView } from "../api/types";
import { t } from "../i18n";
import { reasonName } from "../session";
import { Silhouette } from "./icons";
import { MARKS, STATES, type AgentState } from "./marks";

export { MARKS, STATES, type AgentState };

export function stateWord(state: AgentState): string {
  return t(`state.${state}`);
}

/** The word for an agent's state, with what she chose or what the system put on her as the reason. */
export function stateDetail(agent: Pick<AgentView, "state" | "presence" | "reason" | "set_aside">): string {
  if (agent.state !== "not_ready") return stateWord(agent.state);
  if (agent.presence === "available" && agent.set_aside?.why === "missed_call") return t("aside.missed_call");
  return reasonName(agent.reason) || stateWord("not_ready");
}

export function StatePill({ state, children }: { state: AgentState; children?: preact.ComponentChildren }) {
  return (
    <span class="st st-pill" data-st={MARKS[state]}>
      <Silhouette state={MARKS[state]} />
      {children ?? stateWord(state)}
    </span>
  );
}

export function StateMark({ state, children }: { state: AgentState; children?: preact.ComponentChildren }) {
  return (
    <span class="st" data-st={MARKS[state]} title={stateWord(state)}>
      <Silhouette state={MARKS[state]} />
      {children}
    </span>
  );
}
