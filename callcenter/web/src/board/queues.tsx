// The queue table and the callers who wait. Rows keep the center's order: urgency is colour, never place.
import type { ApiFault } from "../api/http";
import type { CallView, QueueView } from "../api/types";
import { count, DASH, duration, since } from "../format";
import { judge } from "../figures";
import { said, t } from "../i18n";
import { now } from "../live/clock";
import { connectNow } from "../live/socket";
import type { TopicViews } from "../live/topic";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Figure } from "../parts/figure";
import { StateMark } from "../parts/states";
import { queueName, session } from "../session";
import { waitingCalls, waitLevel } from "./tally";

export function Queues({ views, fault, chosen }: { views: TopicViews | null; fault: ApiFault | null; chosen: readonly string[] }) {
  const order = session.value?.queues.map((queue) => queue.id) ?? [];
  const queues = Object.values(views?.queues ?? {})
    .filter((queue) => chosen.length === 0 || chosen.includes(queue.id))
    .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  /** The queues are known by name even when nothing else is. */
  const unknown = !views && fault ? (session.value?.queues ?? []).filter((queue) => chosen.length === 0 || chosen.includes(queue.id)) : [];
  return (
    <section class="panel qt" data-state={views ? (queues.length > 0 ? "there" : "empty") : fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>{t("board.queues")}</h2>
        <span class="push xs t3 hide-m hide-wall">{t("board.queuesNote")}</span>
      </header>
      {!views && fault ? <Fault fault={fault} again={connectNow} /> : null}
      {!views && !fault ? <SkeletonRows rows={6} height={36} /> : null}
      {views && queues.length === 0 ? <Empty title={t("board.noQueues")} /> : null}
      {queues.length > 0 || unknown.length > 0 ? (
        <div class="tbl-x">
          <table class="tbl">
            <thead>
              <tr>
                <th>{t("queue")}</th>
                <th class="r">{t("board.waiting")}</th>
                <th>{t("board.longest")}</th>
                <th class="r">{t("board.level")}</th>
                <th class="r hide-w">{t("board.offered")}</th>
                <th class="r hide-w">{t("board.abandoned")}</th>
                <th class="r hide-w">{t("board.asa")}</th>
                <th class="r hide-w">{t("board.occupancy")}</th>
                <th class="hide-w agents-col">{t("board.agents")}</th>
              </tr>
            </thead>
            <tbody>
              {queues.map((queue) => (
                <QueueRow key={queue.id} queue={queue} />
              ))}
              {unknown.map((queue) => (
                <UnknownRow key={queue.id} label={said(queue.label)} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}

/** Nothing is known of this queue: a dash in every place, and why above. */
function UnknownRow({ label }: { label: string }) {
  return (
    <tr data-unknown>
      <td class="q">{label}</td>
      <td class="r w t3">{DASH}</td>
      <td class="t3">{DASH}</td>
      <td class="r t3">{DASH}</td>
      {[0, 1, 2, 3].map((each) => (
        <td key={each} class="r hide-w t3">
          {DASH}
        </td>
      ))}
      <td class="hide-w agents-col t3">{DASH}</td>
    </tr>
  );
}

function QueueRow({ queue }: { queue: QueueView }) {
  const waited = queue.longest_since === null ? null : now.value - queue.longest_since;
  const level = waitLevel(waited, queue.longest_wait_alarm_ms);
  const figures = queue.figures;
  const label = said(queue.label);
  const talking = (queue.agents.talking ?? 0) + (queue.agents.holding ?? 0) + (queue.agents.ringing ?? 0) + (queue.agents.dialing ?? 0);
  const fill = waited === null ? 0 : Math.min(1, waited / Math.max(1, queue.longest_wait_alarm_ms));
  const color = level === "danger" ? "var(--danger)" : level === "warn" ? "var(--warn)" : "var(--text-3)";
  return (
    <tr class={level === "danger" ? "is-danger" : ""} data-queue={queue.id}>
      <td class="q">{label}</td>
      <td class="r w">{queue.waiting === 0 ? <span class="t3 light">0</span> : queue.waiting}</td>
      <td>
        {waited === null ? (
          <span class="t3">{t("board.noneWaiting")}</span>
        ) : (
          <span class="lw">
            <span class={`r num ${level === "danger" ? "bad" : level === "warn" ? "amber" : ""}`}>{since(queue.longest_since, now.value)}</span>
            <span class="meter" title={t("kpi.alarmAt", { time: duration(queue.longest_wait_alarm_ms) })}>
              <i style={{ width: `${Math.round(fill * 100)}%`, background: color }} />
            </span>
          </span>
        )}
      </td>
      <td class={`r ${judge("service_level", figures["service_level"]) ? "" : ""}`}>
        <Figure name="service_level" figure={figures["service_level"]} of={label} />
      </td>
      <td class="r hide-w">{count(figures["offered"]?.value)}</td>
      <td class="r hide-w">
        <Figure name="abandon_rate" figure={figures["abandon_rate"]} of={label} />
      </td>
      <td class="r hide-w">
        <Figure name="asa" figure={figures["asa"]} of={label} />
      </td>
      <td class="r hide-w">
        <Figure name="occupancy" figure={figures["occupancy"]} of={label} digits={0} />
      </td>
      <td class="hide-w agents-col">
        <span class="row marks">
          <StateMark state="available">{queue.agents.available ?? 0}</StateMark>
          <StateMark state="talking">{talking}</StateMark>
          <StateMark state="wrap_up">{queue.agents.wrap_up ?? 0}</StateMark>
        </span>
      </td>
    </tr>
  );
}

/** Who waits, longest first, with the carriers that bring them. */
export function Waiting({ views, fault, chosen }: { views: TopicViews | null; fault: ApiFault | null; chosen: readonly string[] }) {
  const calls = views ? waitingCalls(views.calls).filter((call) => chosen.length === 0 || chosen.includes(call.queue ?? "")) : [];
  const inMenus = views ? Object.values(views.calls).filter((call) => call.state === "ivr" && call.hears.length > 0).sort((a, b) => a.started_at - b.started_at) : [];
  const carriers = Object.entries(views?.center.carriers ?? {});
  return (
    <section class="panel waiters" data-state={views ? (calls.length > 0 ? "there" : "empty") : fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>
          {t("board.waiters")} {calls.length > 0 ? <span class="count">{calls.length}</span> : null}
        </h2>
        {views && views.center.in_ivr > 0 ? <span class="push xs t3">{t("kpi.inMenus", { n: views.center.in_ivr })}</span> : null}
      </header>
      <div class="scrolls">
        {!views && fault ? <Fault fault={fault} again={connectNow} /> : null}
        {!views && !fault ? <SkeletonRows rows={4} height={44} /> : null}
        {views && calls.length === 0 && inMenus.length === 0 ? <Empty icon="ok" title={t("board.nobodyWaits")} /> : null}
        <ul class="waiter-rows">
          {calls.slice(0, 30).map((call) => (
            <Waiter key={call.id} call={call} views={views} />
          ))}
          {inMenus.slice(0, 30).map((call) => (
            <Hearing key={call.id} call={call} />
          ))}
        </ul>
      </div>
      {carriers.length > 0 ? (
        <footer class="carriers xs">
          {carriers.map(([name, up]) => (
            <span key={name} class={up ? "t3" : "bad"}>
              <svg width="8" height="8" aria-hidden="true">
                <circle cx="4" cy="4" r="4" fill={up ? "var(--good)" : "var(--danger)"} />
              </svg>
              {name} {up ? t("board.carrierUp") : t("board.carrierDown")}
            </span>
          ))}
        </footer>
      ) : null}
    </section>
  );
}

function Waiter({ call, views }: { call: CallView; views: TopicViews | null }) {
  const alarm = views?.queues[call.queue ?? ""]?.longest_wait_alarm_ms ?? 0;
  const waited = call.waiting_since === null ? null : now.value - call.waiting_since;
  const level = waitLevel(waited, alarm);
  const name = call.contact?.name ?? call.number?.shown ?? t("number.withheld");
  const offered = call.offer ? views?.agents[call.offer.agent]?.name : null;
  return (
    <li>
      <div class="clip">
        <div class="cut medium">{name}</div>
        <div class="xs t3 cut">
          {queueName(call.queue)}
          {offered ? ` · ${t("board.ringsAt", { name: offered })}` : call.priority !== 0 ? ` · ${t("board.priority", { n: call.priority })}` : ""}
        </div>
      </div>
      <span class={`num ${level === "danger" ? "bad" : level === "warn" ? "amber" : "t2"}`}>{since(call.waiting_since, now.value)}</span>
    </li>
  );
}

/** A caller in the flow, with the words that she hears. */
function Hearing({ call }: { call: CallView }) {
  return (
    <li data-hears>
      <div class="clip">
        <div class="cut medium t2">{call.contact?.name ?? call.number?.shown ?? t("number.withheld")}</div>
        <div class="xs t3 cut">{t("board.hears", { words: call.hears.map(said).join(" ") })}</div>
      </div>
      <span class="num t3">{since(call.started_at, now.value)}</span>
    </li>
  );
}
