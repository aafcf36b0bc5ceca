// The quiet panels of the desk: the queues that I serve, my last calls, my day.
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { CallListBody, CallSummary, Figure as FigureBody } from "../api/types";
import { duration, since, when } from "../format";
import { coded, language, said, t } from "../i18n";
import { minute, now } from "../live/clock";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Figure } from "../parts/figure";
import { Icon } from "../parts/icons";
import { me, outcomeName, queueName, zone } from "../session";
import { acting, card, deskViews, myself, place } from "./desk";

export function MyQueues() {
  const views = deskViews.value;
  const mine = myself.value?.queues ?? [];
  const queues = mine.map((id) => views?.queues[id]).filter((queue) => queue !== undefined);
  return (
    <section class="panel myqueues" data-state={views ? (queues.length > 0 ? "there" : "empty") : "loading"}>
      <header class="panel-h">
        <h2>{t("myQueues")}</h2>
        <span class="push xs t3">{t("myQueues.waiting")}</span>
      </header>
      {!views ? <SkeletonRows rows={3} height={34} /> : null}
      {views && queues.length === 0 ? <p class="panel-b xs t3">{t("myQueues.none")}</p> : null}
      <ul class="lines">
        {queues.map((queue) => {
          const waited = queue.longest_since === null ? 0 : now.value - queue.longest_since;
          const late = waited > queue.longest_wait_alarm_ms;
          return (
            <li key={queue.id}>
              <span class="cut grow">{said(queue.label)}</span>
              <span class={`num ${late ? "bad" : "t3"}`}>{queue.longest_since === null ? "" : since(queue.longest_since, now.value)}</span>
              <span class={`num w ${queue.waiting === 0 ? "t3" : "b"}`}>{queue.waiting}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function MyCalls() {
  const agent = me.value;
  const busy = card.value.kind;
  const last = "call" in card.value && card.value.call ? card.value.call.id : "";
  const loaded = useLoad(agent ? `mine ${busy === "idle" ? "" : last}` : null, () => api.get<CallListBody>("/calls", { limit: 8 }));
  const items = (loaded.data?.items ?? []).filter((item) => item.ended_at !== null);
  return (
    <section class="panel mycalls scroll" data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>{t("myCalls")}</h2>
      </header>
      <div class="scrolls">
        {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
        {!loaded.data && !loaded.fault ? <SkeletonRows rows={4} height={46} /> : null}
        {loaded.data && items.length === 0 ? <Empty icon="phone" title={t("myCalls.none")} /> : null}
        <ul class="cb">
          {items.map((item) => (
            <Row key={item.id} item={item} idle={busy === "idle"} />
          ))}
        </ul>
      </div>
    </section>
  );
}

function Row({ item, idle }: { item: CallSummary; idle: boolean }) {
  const who = item.contact_name ?? item.number?.shown ?? t("number.withheld");
  const what = item.disposition ? outcomeName(item.disposition) : coded("end", item.end ?? "");
  return (
    <li>
      <time>{when(item.started_at, minute.value, language.value, zone.value)}</time>
      <div class="clip">
        <div class="cut medium">{item.contact === null ? who : <a href={`/customers/${item.contact}`}>{who}</a>}</div>
        <div class="xs t3 cut">
          {[item.direction === "outbound" ? t("call.placed") : queueName(item.queue), item.talk_ms > 0 ? duration(item.talk_ms) : "", what].filter(Boolean).join(" · ")}
        </div>
      </div>
      {item.number && idle ? (
        <button class="btn btn-sm btn-icon" aria-label={t("callBack", { name: who })} title={t("callBack", { name: who })} disabled={acting.value === "place"} onClick={() => void place(item.number!.value, item.contact)}>
          <Icon name="phone" size="sm" />
        </button>
      ) : (
        <span />
      )}
    </li>
  );
}

const DAY = ["handled", "aht", "occupancy", "wrap_up_time", "missed", "log_in_time"] as const;

export function MyDay() {
  const agent = myself.value;
  const figures = agent?.figures;
  const small = (name: string, figure: FigureBody | undefined) => {
    if (name === "handled") return t("day.placed", { n: figures?.["placed"]?.value ?? 0 });
    if (name === "missed") return t("day.ofOffers", { n: figures?.["offers"]?.value ?? 0 });
    if (name === "occupancy") return t("day.busy", { n: percentOf(figures?.["busy_rate"]) });
    if (name === "log_in_time") return agent?.signed_in_at ? t("day.since", { time: when(agent.signed_in_at, minute.value, language.value, zone.value) }) : "";
    if (name === "aht") return t("day.perCall");
    return figure ? t("day.mean") : "";
  };
  return (
    <section class="panel myday" data-state={figures ? "there" : "loading"}>
      <header class="panel-h">
        <h2>{t("myDay")}</h2>
        <span class="push xs t3">{t("myDay.today")}</span>
      </header>
      <dl class="own">
        {DAY.map((name) => (
          <div key={name}>
            <dt>{t(`day.${name}`)}</dt>
            <dd>
              {figures ? <Figure name={name} figure={figures[name]} of={agent?.name ?? ""} digits={0} /> : <span class="skel figure-skel" />}
              <small>{small(name, figures?.[name])}</small>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function percentOf(figure: FigureBody | undefined): string {
  return figure?.value == null ? "–" : `${Math.round(figure.value * 100)}%`;
}
