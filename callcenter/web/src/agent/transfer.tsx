// The transfer list: agents with their live states, queues, or a number. The order freezes while the list has the focus or the
// pointer; states go on changing. Without the live connection the states are unknown and only queues can be chosen.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { AgentView, QueueView, TransferRequest } from "../api/types";
import { since } from "../format";
import { said, t } from "../i18n";
import { useLayer } from "../keys";
import { now } from "../live/clock";
import { connectNow, linkState } from "../live/socket";
import { useTopic } from "../live/use";
import { Fault, Kbd, Segments, SkeletonRows } from "../parts/controls";
import { Icon, Silhouette } from "../parts/icons";
import { MARKS, stateDetail, STATES } from "../parts/states";
import { me, skillsText } from "../session";
import { acting, transfer, trouble } from "./desk";

type Kind = "agents" | "queues" | "numbers";
type Target = TransferRequest["to"];
interface Row {
  readonly key: string;
  readonly to: Target;
  readonly text: string;
  readonly agent?: AgentView;
  readonly queue?: QueueView;
}

/** Free first, then by how soon they may be, then by name. */
export function inOrder(agents: readonly AgentView[]): AgentView[] {
  return [...agents].sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || a.name.localeCompare(b.name));
}

export function TransferList({ call, close }: { call: string; close: () => void }) {
  const { views, fault } = useTopic("destinations");
  const live = linkState.value === "live";
  const [kind, setKind] = useState<Kind>("agents");
  const [text, setText] = useState("");
  const [picked, setPicked] = useState<string | null>(null);
  /** The order as it was when the list was opened; who comes later goes to the end. */
  const order = useRef<Record<Kind, string[]>>({ agents: [], queues: [], numbers: [] });
  const field = useRef<HTMLInputElement>(null);
  useLayer(close);
  useEffect(() => field.current?.focus(), []);

  const rows = useMemo<Row[]>(() => {
    const wanted = text.trim().toLowerCase();
    if (kind === "numbers") return /[\d]{2}/.test(text) ? [{ key: "number", to: { type: "number", number: text.trim() }, text: text.trim() }] : [];
    if (!views) return [];
    const all: Row[] =
      kind === "agents"
        ? inOrder(Object.values(views.agents).filter((agent) => agent.id !== me.value)).map((agent) => ({ key: agent.id, to: { type: "agent", agent: agent.id }, text: `${agent.name} ${skillsText(agent.skills)}`, agent }))
        : Object.values(views.queues).map((queue) => ({ key: queue.id, to: { type: "queue", queue: queue.id }, text: said(queue.label), queue }));
    const kept = order.current[kind];
    for (const row of all) if (!kept.includes(row.key)) kept.push(row.key);
    return all.filter((row) => row.text.toLowerCase().includes(wanted)).sort((a, b) => kept.indexOf(a.key) - kept.indexOf(b.key));
  }, [views, kind, text]);

  const chosen = rows.find((row) => row.key === picked) ?? rows[0];
  const allowed = chosen !== undefined && (live || chosen.to.type === "queue");
  const send = async () => {
    if (chosen && allowed && (await transfer(call, chosen.to))) close();
  };
  const step = (by: number) => {
    const at = rows.findIndex((row) => row.key === chosen?.key);
    setPicked(rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.key ?? null);
  };
  const comeAgain = () => {
    connectNow();
    field.current?.focus(); // the button goes away with the fault; Enter must go on working
  };
  const switchTo = (next: Kind) => {
    setKind(next);
    setPicked(null);
    field.current?.focus();
  };

  return (
    <div
      class="menu pop transfer"
      role="dialog"
      data-state={views ? (live ? "there" : "stale") : fault ? "error" : "loading"}
      aria-label={t("transfer")}
      onKeyDown={(event) => {
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          event.preventDefault();
          step(event.key === "ArrowDown" ? 1 : -1);
        } else if (event.key === "Enter") {
          event.preventDefault();
          void send();
        }
      }}
    >
      <div class="find is-open">
        <Icon name={kind === "numbers" ? "phone" : "search"} />
        <input
          ref={field}
          class="bare"
          value={text}
          placeholder={t(`transfer.${kind}.find`)}
          aria-label={t(`transfer.${kind}.find`)}
          inputMode={kind === "numbers" ? "tel" : "search"}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Kbd>Esc</Kbd>
      </div>
      <div class="row transfer-kinds">
        <Segments
          label={t("transfer")}
          value={kind}
          options={(["agents", "queues", "numbers"] as const).map((value) => ({ value, label: t(`transfer.${value}`) }))}
          onChange={switchTo}
        />
        <span class="push xs t3">{!views || kind === "numbers" ? "" : !live ? t("transfer.notLive") : kind === "agents" ? t("transfer.live") : ""}</span>
      </div>
      {!views && fault && kind !== "numbers" ? <Fault fault={fault} again={comeAgain} /> : null}
      {!views && !fault && kind !== "numbers" ? <SkeletonRows rows={4} height={48} /> : null}
      <ul class="who-rows" hidden={rows.length === 0} role="listbox" aria-label={t("transfer")}>
        {rows.map((row) => (
          <li key={row.key}>
            <button
              type="button"
              role="option"
              aria-selected={row.key === chosen?.key}
              class={`who-row ${row.key === chosen?.key ? "on" : ""} ${row.agent && row.agent.state !== "available" ? "is-off2" : ""}`}
              data-st={row.agent && live ? MARKS[row.agent.state] : "out"}
              onClick={() => setPicked(row.key)}
              onDblClick={() => void send()}
            >
              {row.agent ? <Silhouette state={live ? MARKS[row.agent.state] : "unknown"} /> : <Icon name={row.queue ? "users" : "phone"} size="sm" />}
              <span class="grow">
                <span class="b cut block">{row.agent?.name ?? (row.queue ? said(row.queue.label) : row.text)}</span>
                <span class="xs cut block">{row.agent ? skillsText(row.agent.skills) : row.queue ? t("transfer.queueLine", { waiting: row.queue.waiting, available: row.queue.agents.available ?? 0 }) : t("transfer.numberLine")}</span>
              </span>
              {row.agent ? (
                <span class="st" data-st={live ? MARKS[row.agent.state] : "out"}>
                  {live ? stateDetail(row.agent) : t("unknown")} <span class="t3 num">{live ? since(row.agent.since, now.value) : ""}</span>
                </span>
              ) : row.queue && row.queue.longest_since !== null ? (
                <span class="xs t3 num">{since(row.queue.longest_since, now.value)}</span>
              ) : null}
            </button>
          </li>
        ))}
      </ul>
      {rows.length === 0 && (views || kind === "numbers") ? (
        <div class="transfer-none">
          <p class="t2">{kind === "numbers" ? t("transfer.typeNumber") : text ? t("transfer.nobodyMatches") : t("transfer.nobody")}</p>
          {kind === "agents" ? (
            <button class="btn btn-sm" onClick={() => switchTo("queues")}>
              {t("transfer.queues")}
            </button>
          ) : null}
        </div>
      ) : null}
      {trouble.value && acting.value !== "transfer" ? (
        <p class="trouble xs" role="alert">
          <span>{said(trouble.value.words)}</span>
          {trouble.value.passing ? (
            <button class="linkbtn nowrap" disabled={!allowed} onClick={() => void send()}>
              {t("tryAgain")}
            </button>
          ) : null}
        </p>
      ) : null}
      <hr />
      <div class="row transfer-acts">
        <button class="btn btn-primary btn-sm" disabled={!allowed || acting.value === "transfer"} onClick={() => void send()}>
          <Icon name="transfer" size="sm" />
          {t("transfer.now")} <Kbd>Enter</Kbd>
        </button>
        <span class="xs t3">{t("transfer.blind")}</span>
      </div>
    </div>
  );
}
