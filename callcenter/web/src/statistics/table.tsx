// The table of queues or agents: figures with their formulas; a figure that is underlined with dots opens the calls behind it.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { type Loaded, useLoad } from "../api/load";
import type { AgentTableBody, CallListBody, CallSummary, Figure as FigureBody, QueueTableBody } from "../api/types";
import { clock, dayWords, duration, shortDay, signed } from "../format";
import { formulas, unitOf } from "../figures";
import { coded, language, said, t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Figure } from "../parts/figure";
import { Icon } from "../parts/icons";
import { outcomeName, queueName, teamName, zone } from "../session";
import { ClearFilters, failedFilter } from "./clear";
import { comparedFirst, type Selection } from "./filter";
import { select } from "./select";

const COLUMNS = {
  queues: ["offered", "answered", "abandoned", "abandon_rate", "service_level", "asa", "aht", "transfer_rate", "occupancy"],
  agents: ["handled", "aht", "wrap_up_time", "occupancy", "busy_rate", "utilisation", "transfer_rate", "missed", "log_in_time"],
} as const;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly figures: Readonly<Record<string, FigureBody>>;
  readonly before: Readonly<Record<string, FigureBody>> | null;
}

export function StatisticsTable({ selection, loaded }: { selection: Selection; loaded: Loaded<QueueTableBody | AgentTableBody> }) {
  const { tab } = selection;
  const rows = rowsOf(loaded.data);
  const columns = COLUMNS[tab];
  const compared = comparedFirst(selection);
  const spoken = language.value;
  const [openRow, openFigure] = selection.open.split(" ") as [string, string | undefined];
  const toggle = (row: string, figure: string) => select({ open: selection.open === `${row} ${figure}` ? null : `${row} ${figure}` });
  return (
    <section class="panel tblp" data-state={loaded.data ? (rows.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>{t(`stat.by.${tab}`)}</h2>
        <span class="xs t3">{t("stat.underlined")}</span>
      </header>
      {loaded.fault ? <Fault fault={loaded.fault} of={failedFilter(loaded.fault)} again={loaded.reload} asOf={loaded.asOf} /> : null}
      {!loaded.data && !loaded.fault ? <SkeletonRows rows={6} height={34} /> : null}
      {loaded.data && rows.length === 0 ? (
        <Empty icon="chart" title={t("stat.none")}>
          <ClearFilters selection={selection} />
        </Empty>
      ) : null}
      {loaded.data && rows.length > 0 ? (
        <div class="tbl-x">
          <table class="tbl tight">
            <thead>
              <tr>
                <th class="indent">{t(tab === "queues" ? "queue" : "agent")}</th>
                {columns.map((name) => (
                  <th key={name} class="r">
                    <span class="term" title={formulas.value.get(name) ? said(formulas.value.get(name)!.formula) : ""}>
                      {t(`col.${name}`)}
                    </span>
                  </th>
                ))}
                {compared === null ? null : <th class="r">{t("stat.vs", { day: dayWords(compared, spoken, "short") })}</th>}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <RowLines key={row.id} row={row} columns={columns} compared={compared !== null} open={openRow === row.id ? (openFigure ?? "") : null} toggle={toggle} selection={selection} />
              ))}
              <tr class="sum">
                <td class="indent">{t(tab === "queues" ? "stat.allQueues" : "stat.allAgents")}</td>
                {columns.map((name) => (
                  <td key={name} class="r">
                    <Figure name={name} figure={loaded.data!.total[name]} of={t(tab === "queues" ? "stat.allQueues" : "stat.allAgents")} />
                  </td>
                ))}
                {compared === null ? null : <td class="r t3 num">{difference(loaded.data.total["occupancy"], loaded.data.total_before?.["occupancy"])}</td>}
              </tr>
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}

function rowsOf(data: QueueTableBody | AgentTableBody | null): Row[] {
  if (!data) return [];
  return data.rows.map((row) =>
    "queue" in row ? { id: row.queue, name: said(row.label), note: "", figures: row.figures, before: row.before } : { id: row.agent, name: row.name, note: teamName(row.team), figures: row.figures, before: row.before },
  );
}

/** The change of occupancy in points; the column's neighbour. */
function difference(now: FigureBody | undefined, before: FigureBody | undefined): string {
  return now?.value == null || before?.value == null ? "–" : signed((now.value - before.value) * 100);
}

function RowLines(props: { row: Row; columns: readonly string[]; compared: boolean; open: string | null; toggle: (row: string, figure: string) => void; selection: Selection }) {
  const { row, columns, open } = props;
  const first = columns[0]!;
  const opens = columns.find((name) => formulas.value.get(name)?.calls) ?? first;
  return (
    <>
      <tr class={open === null ? "" : "open"} data-row={row.id}>
        <td>
          <span class="row name-cell">
            <button class="btn btn-quiet btn-icon tw" aria-expanded={open !== null} aria-label={row.name} onClick={() => props.toggle(row.id, open ?? opens)}>
              <Icon name={open === null ? "right" : "down"} size="sm" />
            </button>
            <span class="medium cut">{row.name}</span>
            {row.note ? <span class="xs t3 cut">{row.note}</span> : null}
          </span>
        </td>
        {columns.map((name) => (
          <td key={name} class="r">
            <Figure name={name} figure={row.figures[name]} of={row.name} digits={unitOf(name) === "ratio" && name !== "abandon_rate" && name !== "transfer_rate" ? 0 : 1} open={formulas.value.get(name)?.calls ? () => props.toggle(row.id, name) : undefined} expanded={open === name} />
          </td>
        ))}
        {props.compared ? <td class="r t3 num">{difference(row.figures["occupancy"], row.before?.["occupancy"])}</td> : null}
      </tr>
      {open === null ? null : (
        <tr class="sub">
          <td colSpan={columns.length + (props.compared ? 2 : 1)}>
            <Drill row={row} figure={open} selection={props.selection} />
          </td>
        </tr>
      )}
    </>
  );
}

const SHOWN = 12;

/** What one figure of one row counts, and in which calls. */
function Drill({ row, figure, selection }: { row: Row; figure: string; selection: Selection }) {
  const subject = selection.tab === "queues" ? { queue: [row.id] } : { agent: [row.id], queue: selection.queues };
  const loaded = useLoad(`${selection.first} ${selection.last} ${selection.tab} ${row.id} ${figure}`, () =>
    api.get<CallListBody>("/calls", { first: selection.first, last: selection.last, figure, limit: 200, ...subject }),
  );
  const title = formulas.value.get(figure);
  const items = loaded.data?.items ?? [];
  const [more, setMore] = useState(false);
  const shown = more ? items.length : Math.min(SHOWN, items.length);
  const total = loaded.data?.total ?? items.length;
  return (
    <div class="drillbox">
      <div class="row">
        <span class="b">
          {title ? said(title.title) : figure} · {row.name}
        </span>
        <span class="push row tight-links">
          <span class="xs t3">{loaded.data ? t(total > shown ? "drill.some" : "drill.all", { shown, n: total }) : ""}</span>
          {items.length > shown ? (
            <button class="linkbtn xs" onClick={() => setMore(true)}>
              {t("drill.showAll")}
            </button>
          ) : null}
        </span>
      </div>
      {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} /> : null}
      {!loaded.data && !loaded.fault ? <SkeletonRows rows={3} height={24} /> : null}
      {loaded.data && items.length === 0 ? <p class="t3">{t("drill.none")}</p> : null}
      <div class="calls">
        {items.slice(0, shown).map((item, index) => (
          <CallLine key={`${item.id} ${index}`} item={item} days={selection.first !== selection.last} />
        ))}
      </div>
    </div>
  );
}

function CallLine({ item, days }: { item: CallSummary; days: boolean }) {
  const spoken = language.value;
  const { counted } = item;
  const began = counted?.at ?? item.started_at;
  const at = (days ? `${shortDay(began, spoken, zone.value)} ` : "") + clock(began, spoken, zone.value, true);
  const who = item.contact_name ?? item.number?.shown ?? t("number.withheld");
  const outcome = counted?.outcome ?? item.end ?? "";
  const lost = outcome.startsWith("abandoned") || outcome === "rang_out";
  return (
    <>
      <span class="num">{at}</span>
      <span class="cut">{item.contact === null ? who : <a href={`/customers/${item.contact}`}>{who}</a>}</span>
      <span class="b num">{duration(counted?.length_ms ?? item.wait_ms)}</span>
      <span class="t2 cut">
        {[queueName(counted?.queue ?? item.queue), item.agent_name ? t("timeline.with", { name: item.agent_name }) : "", item.talk_ms > 0 ? t("drill.talk", { time: duration(item.talk_ms) }) : ""].filter(Boolean).join(" · ")}
      </span>
      <span class={lost ? "amber" : "t3"}>{[coded("end", outcome), item.disposition ? outcomeName(item.disposition) : ""].filter(Boolean).join(" · ")}</span>
    </>
  );
}
