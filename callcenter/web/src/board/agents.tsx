// Everybody who is signed in, one chip each; arrows move between them, Enter shows who she is and what she does. Chips do not
// move while one is open.
import { useRef, useState } from "preact/hooks";
import type { ApiFault } from "../api/http";
import type { AgentView } from "../api/types";
import { DASH, since } from "../format";
import { t } from "../i18n";
import { useLayer } from "../keys";
import { now } from "../live/clock";
import { connectNow } from "../live/socket";
import type { TopicViews } from "../live/topic";
import { Empty, Fault, Segments, Skeleton } from "../parts/controls";
import { Figure } from "../parts/figure";
import { Silhouette } from "../parts/icons";
import { MARKS, stateDetail, stateWord, type AgentState } from "../parts/states";
import { queueName, skillsText, teamName } from "../session";
import { type Group, type Grouping, groups, isOver } from "./tally";

export function Agents({ views, fault, team }: { views: TopicViews | null; fault: ApiFault | null; team: string }) {
  const [by, setBy] = useState<Grouping>("state");
  const [open, setOpen] = useState<string | null>(null);
  const held = useRef<Group[] | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useLayer(() => setOpen(null), open !== null);

  const present = Object.fromEntries(Object.entries(views?.agents ?? {}).filter(([, agent]) => team === "" || agent.team === team));
  const signedIn = Object.values(present).filter((agent) => agent.state !== "signed_out").length;
  const fresh = groups(present, by);
  // While a chip is open everybody keeps the place; what they do goes on changing.
  const shown = open !== null && held.current ? held.current.map((group) => ({ ...group, agents: group.agents.map((agent) => present[agent.id] ?? agent) })) : fresh;
  held.current = shown;
  const opened = open?.split(" ")[1] ?? "";

  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 7, ArrowUp: -7 }[event.key];
    if (!step) return;
    const chips = [...(box.current?.querySelectorAll<HTMLElement>(".a") ?? [])];
    const at = chips.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    event.preventDefault();
    chips[Math.max(0, Math.min(chips.length - 1, at + step))]?.focus();
  };

  return (
    <section class="panel agents" data-state={views ? (signedIn > 0 ? "there" : "empty") : fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>
          {t("board.agents")} <span class="count">{views ? t("board.signedIn", { n: signedIn }) : fault ? DASH : ""}</span>
        </h2>
        <span class="hide-m row group-by">
          <Segments label={t("board.groupBy")} value={by} options={(["state", "team", "queue"] as const).map((value) => ({ value, label: t(`board.by.${value}`) }))} onChange={setBy} />
          <span class="xs t3">{t("board.amber")}</span>
        </span>
      </header>
      <div class="scrolls">
        {!views && fault ? <Fault fault={fault} again={connectNow} /> : null}
        {!views && !fault ? <ChipSkeleton /> : null}
        {views && signedIn === 0 ? <Empty icon="users" title={t("board.nobody")} /> : null}
        <div class="ag" ref={box} onKeyDown={move}>
          {shown.map((group) => (
            <div class="ag-g" key={group.key} data-st={by === "state" ? MARKS[group.key as AgentState] : undefined}>
              <span class="st" data-st={by === "state" ? MARKS[group.key as AgentState] : undefined}>
                {by === "state" ? <Silhouette state={MARKS[group.key as AgentState]} /> : null}
                <span class="cut">{by === "state" ? stateWord(group.key as AgentState) : by === "team" ? teamName(group.key) : queueName(group.key)}</span>
                <span class="push">{group.agents.length}</span>
              </span>
              <div class="ag-l">
                {group.agents.map((agent) => {
                  const key = `${group.key} ${agent.id}`;
                  return (
                    <button
                      key={agent.id}
                      type="button"
                      class={`a ${isOver(agent, now.value) ? "is-over" : ""} ${open === key ? "is-open" : ""}`}
                      data-st={MARKS[agent.state]}
                      data-agent={agent.id}
                      aria-expanded={open === key}
                      title={stateDetail(agent)}
                      onClick={() => setOpen(open === key ? null : key)}
                    >
                      {by === "state" ? null : <Silhouette state={MARKS[agent.state]} />}
                      <span class="nm">{agent.name}</span>
                      <span class="tm num">{since(agent.since, now.value)}</span>
                    </button>
                  );
                })}
              </div>
            </div>
          ))}
        </div>
      </div>
      {open !== null && present[opened] ? <AgentCard agent={present[opened]} views={views} close={() => setOpen(null)} /> : null}
    </section>
  );
}

/** Grey chips in the columns in which people will stand. */
function ChipSkeleton() {
  return (
    <div class="ag" role="status" aria-label={t("loading")}>
      {[3, 1, 4, 2, 1].map((chips, column) => (
        <div class="ag-g" key={column}>
          <Skeleton widths={[45]} height={12} />
          <div class="ag-l">
            {Array.from({ length: chips }, (_, index) => (
              <span key={index} class="skel chip-skel" />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

function AgentCard({ agent, views, close }: { agent: AgentView; views: TopicViews | null; close: () => void }) {
  const call = agent.call ? views?.calls[agent.call] : undefined;
  const who = call?.contact?.name ?? call?.number?.shown ?? "";
  const lines: [string, preact.ComponentChildren][] = [
    [t("agent.chose"), agent.presence === "not_ready" ? stateDetail({ ...agent, state: "not_ready", set_aside: null }) : stateWord(agent.presence)],
    ...(agent.leaving ? ([[t("agent.after"), t("state.signed_out")]] as [string, preact.ComponentChildren][]) : []),
    [t("agent.team"), teamName(agent.team)],
    [t("agent.skills"), skillsText(agent.skills)],
    [t("agent.queues"), agent.queues.map(queueName).join(", ")],
    [t("agent.device"), agent.reachable ? t("agent.reachable") : <span class="amber">{t("agent.unreachable")}</span>],
  ];
  const figures = ["handled", "aht", "occupancy"] as const;
  return (
    <div class="menu" id="agent-menu" role="dialog" aria-label={agent.name}>
      <div class="menu-h">
        <div class="row">
          <span class="b ink">{agent.name}</span>
          <span class={`push num ${isOver(agent, now.value) ? "amber" : ""}`}>
            {stateDetail(agent)} {since(agent.since, now.value)}
          </span>
        </div>
        {call ? <div class="under">{[queueName(call.queue), who, call.recording.state === "running" ? t("recording.running") : ""].filter(Boolean).join(" · ")}</div> : null}
      </div>
      <hr />
      <dl class="agent-facts">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value || "–"}</dd>
          </div>
        ))}
      </dl>
      <hr />
      <dl class="own agent-own">
        {figures.map((name) => (
          <div key={name}>
            <dt>{t(`day.${name}`)}</dt>
            <dd>
              <Figure name={name} figure={agent.figures[name]} of={agent.name} digits={0} />
            </dd>
          </div>
        ))}
      </dl>
      <button class="btn btn-quiet btn-sm agent-close" onClick={close}>
        {t("close")}
      </button>
    </div>
  );
}
