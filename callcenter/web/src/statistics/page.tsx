// Statistics: filters in the address, two charts, and the table whose figures show their formula and open their calls.
import { useEffect, useState } from "preact/hooks";
import { api, path } from "../api/http";
import { useLoad } from "../api/load";
import type { AgentTableBody, Figure as FigureBody, QueueTableBody, SeriesBody } from "../api/types";
import { addDays, DASH, dayWords, isoDay, offset } from "../format";
import { askFormulas, formulas, written } from "../figures";
import { language, said, t } from "../i18n";
import { minute } from "../live/clock";
import { Empty, Fault, MultiPicker, Picker, Popover, Segments, Skeleton } from "../parts/controls";
import { Figure } from "../parts/figure";
import { Icon } from "../parts/icons";
import { place } from "../router";
import { mine, session, zone } from "../session";
import { Shell } from "../shell";
import { Chart } from "./chart";
import { ClearFilters, failedFilter } from "./clear";
import { comparedFirst, readSelection, type Selection, type Step, toQuery } from "./filter";
import { select } from "./select";
import { StatisticsTable } from "./table";

export function StatisticsPage() {
  const today = isoDay(minute.value, zone.value);
  const selection = readSelection(place.value.query, today);
  const key = JSON.stringify({ ...selection, open: "", tab: "" });
  const series = useLoad(`series ${key}`, () => api.get<SeriesBody>("/statistics/intervals", toQuery(selection, { step: selection.step })));
  const table = useLoad<QueueTableBody | AgentTableBody>(`${selection.tab} ${key}`, () => api.get(`/statistics/${selection.tab}`, toQuery(selection)));
  useEffect(() => void askFormulas(), []);
  const total = table.data?.total ?? {};
  const before = table.data?.total_before ?? null;
  const tabs = (
    <>
      <span class="sep" />
      <Segments
        label={t("nav.statistics")}
        value={selection.tab}
        options={[
          { value: "queues", label: t("stat.queues") },
          { value: "agents", label: t("stat.agents") },
        ]}
        onChange={(tab) => select({ tab, open: null })}
      />
    </>
  );
  return (
    <Shell page="p-stat" title={t("nav.statistics")} tools={tabs}>
      <Filters selection={selection} today={today} />
      <ChartPanel name="occupancy" kind="line" selection={selection} series={series} total={total} before={before} failed={table.fault !== null} />
      <ChartPanel name="abandon_rate" kind="bars" selection={selection} series={series} total={total} before={before} failed={table.fault !== null} />
      {(total.unadopted?.value ?? 0) > 0 ? (
        <p class="banner banner-warn unadopted">
          <Icon name="warn" />
          <span>
            {t("stat.unadopted")} <Figure name="unadopted" figure={total.unadopted} of={t("stat.allQueues")} /> (<Figure name="unadopted_rate" figure={total.unadopted_rate} of={t("stat.allQueues")} />)
          </span>
        </p>
      ) : null}
      <StatisticsTable selection={selection} loaded={table} />
    </Shell>
  );
}

function Filters({ selection, today }: { selection: Selection; today: string }) {
  const steps: Step[] = selection.first === selection.last ? ["15m", "30m", "1h"] : ["1h", "1d"];
  const spoken = language.value;
  const compared = comparedFirst(selection);
  const csv = (name: string) => path(`/statistics/${name}.csv`, toQuery(selection, name === "intervals" ? { step: selection.step } : {}));
  const [exporting, setExporting] = useState(false);
  return (
    <div class="filters">
      <button class="btn btn-icon" aria-label={t("stat.earlier")} title={t("stat.earlier")} onClick={() => select({ first: addDays(selection.first, -1), last: null, open: null })}>
        <Icon name="left" />
      </button>
      <DayPicker selection={selection} today={today} />
      <button class="btn btn-icon" aria-label={t("stat.later")} title={t("stat.later")} disabled={selection.last >= today} onClick={() => select({ first: addDays(selection.last, 1), last: null, open: null })}>
        <Icon name="right" />
      </button>
      <Picker label={t("stat.step")} value={selection.step} options={steps.map((step) => ({ value: step, label: t(`step.${step}`) }))} onChange={(step) => select({ step })} />
      <Picker
        label={t("stat.compare")}
        value={selection.compare}
        shown={compared === null ? t("stat.compare.none") : dayWords(compared, spoken, "middle")}
        options={[
          { value: "week", label: t("stat.compare.week") },
          { value: "before", label: t("stat.compare.before") },
          { value: "none", label: t("stat.compare.none") },
        ]}
        onChange={(compare) => select({ compare })}
      />
      <MultiPicker label={t("board.queues")} chosen={selection.queues} options={mine(session.value?.queues, session.value?.my_queues).map((each) => ({ value: each.id, label: said(each.label) }))} onChange={(queue) => select({ queue, open: null })} />
      {selection.tab === "agents" ? (
        <MultiPicker label={t("board.team")} chosen={selection.teams} options={mine(session.value?.teams, session.value?.my_teams).map((each) => ({ value: each.id, label: said(each.label) }))} onChange={(team) => select({ team, open: null })} />
      ) : null}
      <span class="push xs t3">
        {zone.value.replaceAll("_", " ")} ({offset(minute.value, zone.value)})
      </span>
      <span class="anchor">
        <button class="btn btn-primary" aria-haspopup="menu" aria-expanded={exporting} onClick={() => setExporting(!exporting)}>
          <Icon name="download" />
          {t("stat.export")}
          <Icon name="down" size="sm" />
        </button>
        <Popover open={exporting} close={() => setExporting(false)} label={t("stat.export")} className="export-menu">
          <ul>
            {[selection.tab, "intervals"].map((name) => (
              <li key={name}>
                <a role="menuitem" href={csv(name)} download={`${name}-${selection.first}.csv`} onClick={() => setExporting(false)}>
                  <Icon name="download" />
                  <span>{t(name === "intervals" ? "stat.export.intervals" : "stat.export.table")}</span>
                  <span class="push t3 xs">CSV</span>
                </a>
              </li>
            ))}
          </ul>
        </Popover>
      </span>
    </div>
  );
}

/** One day, or from one to another. */
function DayPicker({ selection, today }: { selection: Selection; today: string }) {
  const [open, setOpen] = useState(false);
  const spoken = language.value;
  const one = selection.first === selection.last;
  const shown = one ? dayWords(selection.first, spoken, "long") : `${dayWords(selection.first, spoken, "short")} – ${dayWords(selection.last, spoken, "short")}`;
  const choices = [
    { word: t("stat.today"), first: today, last: today },
    { word: t("stat.yesterday"), first: addDays(today, -1), last: addDays(today, -1) },
    { word: t("stat.week"), first: addDays(today, -6), last: today },
    { word: t("stat.month"), first: addDays(today, -29), last: today },
  ];
  const pick = (first: string, last: string) => select({ first, last: first === last ? null : last, step: null, open: null });
  return (
    <span class="anchor">
      <button class="pick" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span>{one ? t("stat.day") : t("stat.days")}</span>
        <span>{shown}</span>
        <Icon name="down" size="sm" />
      </button>
      <Popover open={open} close={() => setOpen(false)} label={t("stat.days")} role="dialog" className="day-menu">
        <ul>
          {choices.map((choice) => (
            <li key={choice.word}>
              <button
                type="button"
                role="menuitem"
                onClick={() => {
                  pick(choice.first, choice.last);
                  setOpen(false);
                }}
              >
                {choice.word}
              </button>
            </li>
          ))}
        </ul>
        <hr />
        <div class="from-to">
          <label class="field">
            <span>{t("stat.from")}</span>
            <input class="input" type="date" value={selection.first} max={today} onChange={(event) => event.currentTarget.value && pick(event.currentTarget.value, event.currentTarget.value > selection.last ? event.currentTarget.value : selection.last)} />
          </label>
          <label class="field">
            <span>{t("stat.to")}</span>
            <input class="input" type="date" value={selection.last} min={selection.first} max={today} onChange={(event) => event.currentTarget.value && pick(selection.first, event.currentTarget.value)} />
          </label>
        </div>
      </Popover>
    </span>
  );
}

function ChartPanel(props: { name: "occupancy" | "abandon_rate"; kind: "line" | "bars"; selection: Selection; series: ReturnType<typeof useLoad<SeriesBody>>; total: Readonly<Record<string, FigureBody>>; before: Record<string, FigureBody> | null; failed: boolean }) {
  const { name, kind, selection, series } = props;
  const figure = props.total[name];
  const target = figure?.target ?? null;
  const title = formulas.value.get(name) ? said(formulas.value.get(name)!.title) : t(`chart.${name}`);
  const spoken = language.value;
  const compared = comparedFirst(selection);
  const none = series.data !== null && series.data.points.every((point) => point.figures[name]?.value == null);
  const notes = [
    target === null ? "" : t("target.atMost", { target: written(name, target, 0) }),
    compared === null || props.before === null ? "" : `${dayWords(compared, spoken, "short")} ${written(name, props.before[name]?.value)}`,
  ].filter(Boolean);
  return (
    <section class="panel chart-panel" data-chart={name} data-state={series.data ? (none ? "empty" : "there") : series.fault ? "error" : "loading"}>
      <div class="chart-h">
        <h2>{title}</h2>
        <span class="row keys-of">
          <Key kind={kind} color="var(--c-now)">
            {selection.first === selection.last ? dayWords(selection.first, spoken, "short") : t("stat.period")}
          </Key>
          {kind === "bars" && target !== null ? (
            <Key kind="bars" color="var(--danger)">
              {t("chart.over")}
            </Key>
          ) : null}
          {compared === null ? null : (
            <Key kind="dots" color="var(--c-before)">
              {dayWords(compared, spoken, "short")}
            </Key>
          )}
          {target === null ? null : (
            <Key kind="dash" color="var(--c-target)">
              {t("chart.target")}
            </Key>
          )}
        </span>
      </div>
      <div class="chart-v">
        <span class="v">{figure ? written(name, figure.value) : props.failed ? DASH : <span class="skel figure-skel" />}</span>
        <span class="t2">{notes.join(", ")}</span>
      </div>
      <div class="plot-box">
        {series.fault ? <Fault fault={series.fault} of={failedFilter(series.fault)} again={series.reload} asOf={series.asOf} /> : null}
        {!series.data && !series.fault ? (
          <div class="plot plot-skel" role="status" aria-label={t("loading")}>
            <Skeleton widths={[100, 100, 100, 100]} height={1} />
          </div>
        ) : null}
        {series.data && none ? (
          <Empty icon="chart" title={t("stat.none")}>
            <ClearFilters selection={selection} />
          </Empty>
        ) : null}
        {series.data && !none ? <Chart series={series.data} name={name} kind={kind} target={target} label={title} /> : null}
      </div>
    </section>
  );
}

function Key({ kind, color, children }: { kind: "line" | "bars" | "dots" | "dash"; color: string; children: preact.ComponentChildren }) {
  return (
    <span class="key">
      <svg viewBox="0 0 20 8" aria-hidden="true">
        {kind === "bars" ? <rect width="12" height="8" rx="2" fill={color} /> : null}
        {kind === "line" ? <path d="M0 4h20" stroke={color} stroke-width="2" /> : null}
        {kind === "dots" ? <path d="M1 4h20" stroke={color} stroke-width="2" stroke-dasharray="2 4" stroke-linecap="round" /> : null}
        {kind === "dash" ? <path d="M0 4h20" stroke={color} stroke-width="1.5" stroke-dasharray="6 4" /> : null}
      </svg>
      {children}
    </span>
  );
}
