// The tiles of the board: six figures, each with its neighbour. A tile that is not live is dimmed, never a frozen green.
import type { ComponentChildren } from "preact";
import { api, type ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { Figure as FigureBody, SeriesBody } from "../api/types";
import { count, DASH, duration, percentNumber, since } from "../format";
import { judge } from "../figures";
import { said, t } from "../i18n";
import { minute, now } from "../live/clock";
import type { TopicViews } from "../live/topic";
import { Figure } from "../parts/figure";
import { Icon } from "../parts/icons";
import { Spark } from "../parts/spark";
import { countStates, fullest, type Level, longest, waitLevel } from "./tally";

const EVERY_MS = 120_000;

export function Tiles({ views, fault }: { views: TopicViews | null; fault: ApiFault | null }) {
  const center = views?.center ?? null;
  const series = useLoad(center ? `series ${Math.floor(minute.value / EVERY_MS)}` : null, () => api.get<SeriesBody>("/statistics/intervals", { step: "15m" }));
  if (!views || !center) {
    return (
      <div class="kpis" aria-busy={fault === null} data-state={fault ? "error" : "loading"}>
        {(["longest", "waiting", "level", "abandoned", "asa", "available"] as const).map((name) => (
          <Tile key={name} title={t(`kpi.${name}`)} value={fault ? <span class="t3">{DASH}</span> : <span class="skel kpi-skel" />} below={fault ? <span title={said(fault.words)}>{t("kpi.unknown")}</span> : <span class="skel kpi-skel-s" />} />
        ))}
      </div>
    );
  }
  const figures = center.figures;
  const past = (name: string) => (series.data?.points ?? []).filter((point) => point.start_at <= now.value && point.figures[name]?.value != null).map((point) => point.figures[name]!.value);
  const spark = (name: string, target: number | null) => <Past values={past(name)} target={target} fault={series.data ? null : series.fault} />;
  const first = longest(views.queues);
  const waited = first?.longest_since == null ? null : now.value - first.longest_since;
  const level = first ? waitLevel(waited, first.longest_wait_alarm_ms) : "";
  const busy = fullest(views.queues);
  const states = countStates(views.agents);
  const signedIn = Object.values(views.agents).filter((agent) => agent.state !== "signed_out").length;
  const offered = figures["offered"]?.value ?? 0;
  return (
    <div class="kpis" data-state="there">
      <Tile
        title={t("kpi.longest")}
        level={level}
        value={waited === null ? "0:00" : since(first?.longest_since, now.value)}
        below={first ? <>{said(first.label)} · <span class={level === "danger" ? "bad" : ""}>{t("kpi.alarmAt", { time: duration(first.longest_wait_alarm_ms) })}</span></> : t("kpi.nobodyWaits")}
      />
      <Tile title={t("kpi.waiting")} level={level === "danger" ? "warn" : ""} value={count(center.waiting)} below={busy.length > 0 ? busy.slice(0, 2).map((queue) => `${queue.waiting} ${said(queue.label)}`).join(", ") : t("kpi.inMenus", { n: center.in_ivr })} />
      <Rate name="service_level" title={t("kpi.level")} figure={figures["service_level"]} spark={spark} of={center.name} empty={offered === 0} more={ofAll(figures["service_level"])} />
      <Rate name="abandon_rate" title={t("kpi.abandoned")} figure={figures["abandon_rate"]} spark={spark} of={center.name} empty={offered === 0} more={ofAll(figures["abandon_rate"])} />
      <Tile title={t("kpi.asa")} value={<Figure name="asa" figure={figures["asa"]} of={center.name} />} spark={spark("asa", null)} below={offered === 0 ? t("kpi.noCalls") : t("kpi.answered", { n: count(figures["answered"]?.value) })} />
      <Tile title={t("kpi.available")} value={<>{states.available ?? 0}<small> {t("kpi.ofAgents", { n: signedIn })}</small></>} below={t("kpi.talking", { n: (states.talking ?? 0) + (states.holding ?? 0), wrap: states.wrap_up ?? 0 })} />
    </div>
  );
}

/** Numerator and denominator, as the figure's neighbour. */
function ofAll(figure: FigureBody | undefined): string {
  return figure?.numerator == null || figure.denominator == null ? "" : t("kpi.of", { some: count(figure.numerator), all: count(figure.denominator) });
}

function Rate(props: { name: string; title: string; figure: FigureBody | undefined; spark: (name: string, target: number | null) => ComponentChildren; of: string; empty: boolean; more?: string }) {
  const { name, figure } = props;
  const target = figure?.target ?? null;
  const below = props.empty ? t("kpi.noCalls") : [target === null ? "" : t("kpi.target", { target: `${percentNumber(target, 0)}%` }), props.more ?? ""].filter(Boolean).join(" · ");
  return <Tile title={props.title} level={judge(name, figure)} value={<Figure name={name} figure={figure} of={props.of} />} spark={props.spark(name, target)} below={below} />;
}

/** The curve of the day; a dash and why when its rows cannot be read. */
function Past({ values, target, fault }: { values: readonly (number | null)[]; target: number | null; fault: ApiFault | null }) {
  if (!fault) return <Spark values={values} target={target} />;
  const why = t("kpi.noPast", { why: said(fault.words) });
  return (
    <span class="spark-fault t3" role="img" aria-label={why} title={why}>
      <Icon name="warn" size="sm" /> {DASH}
    </span>
  );
}

function Tile({ title, value, below, level = "", spark }: { title: string; value: ComponentChildren; below: ComponentChildren; level?: Level; spark?: ComponentChildren }) {
  return (
    <section class={`panel kpi ${level ? `is-${level}` : ""}`}>
      <h2>{title}</h2>
      <div class="v">{value}</div>
      {spark ?? <span />}
      <div class="tgt">
        <span class="cut">{below}</span>
      </div>
    </section>
  );
}
