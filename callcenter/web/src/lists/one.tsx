// One list: how its import stands and what was refused, what it gets of the calls, its leads; taken back with one button.
import { useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { usePolled } from "../api/poll";
import type { ListBody, WithdrawnBody } from "../api/types";
import { many, mayPlan } from "../campaigns/words";
import { duration, percent } from "../format";
import { said, t } from "../i18n";
import { serverNow } from "../live/clock";
import { Empty, Fault, SkeletonRows, Sure } from "../parts/controls";
import { Icon } from "../parts/icons";
import { Shell } from "../shell";
import { moment } from "../webhooks/state";
import { LeadTable } from "./leads";

const FILLING_MS = 1_000;
const SLOW_MS = 15_000;
const moving = (list: ListBody) => list.state === "filling" || list.state === "withdrawing";

export function ListPage({ id }: { id: number }) {
  const path = `/lists/${id}`;
  const loaded = usePolled(path, () => api.get<ListBody>(path), (list) => (moving(list) ? FILLING_MS : SLOW_MS));
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [told, setTold] = useState("");
  const list = loaded.data;
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
  };
  const withdraw = async () => {
    const done = await api.post<WithdrawnBody>(`${path}/withdraw`);
    setTold(done.removed === null ? t("list.undoing") : t("list.undone", { n: many(done.removed), stayed: many(done.stayed ?? 0) }));
    loaded.reload();
  };
  const change = async (body: object) => loaded.replace(await api.patch<ListBody>(path, body));
  return (
    <Shell page="p-customers p-people p-list" title={t("nav.campaigns")}>
      <section class="panel" data-state={list ? "there" : loaded.fault ? "error" : "loading"} data-list-state={list?.state ?? ""}>
        <header class="panel-h wraps">
          <a class="btn btn-quiet" href={list ? `/campaigns/${list.campaign}` : "/campaigns"}>
            <Icon name="left" size="sm" />
            {t("new.back")}
          </a>
          {list ? (
            <>
              <h2 class="cut">{list.name}</h2>
              <State list={list} />
              <span class="xs t3 hide-m">{list.created_by ? t("list.madeBy", { who: list.created_by, when: moment(list.created_at) }) : moment(list.created_at)}</span>
              {mayPlan() ? (
                <span class="push wraps">
                  {list.state === "ready" ? (
                    <>
                      <button class="btn" onClick={() => void act(() => change({ active: !list.active }))}>
                        {t(list.active ? "list.switchOff" : "list.switchOn")}
                      </button>
                      <Sure label={t("list.undo")} act={() => void act(withdraw)} />
                    </>
                  ) : null}
                  {list.state === "filling" ? <Sure label={t("list.stopImport")} act={() => void act(withdraw)} /> : null}
                </span>
              ) : null}
            </>
          ) : null}
        </header>
        {fault ? <Fault fault={fault} /> : null}
        {loaded.fault?.status === 404 ? <Empty icon="list" title={t("list.gone")} /> : loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
        {!list && !loaded.fault ? <SkeletonRows rows={3} height={40} /> : null}
        {told ? (
          <p class="import-p t2 row" role="status">
            <Icon name="info" size="sm" />
            {told}
          </p>
        ) : null}
        {list ? <Filled list={list} /> : null}
        {list && list.state === "ready" && mayPlan() ? <Weights key={`${list.priority} ${list.share}`} list={list} save={(body) => act(() => change(body))} /> : null}
      </section>
      {list && list.state === "ready" ? <LeadTable list={list} /> : null}
      {list && moving(list) ? (
        <section class="panel">
          <Empty icon="clock" title={list.state === "filling" ? t("list.noneYet") : t("list.withdrawing")} />
        </section>
      ) : null}
    </Shell>
  );
}

function State({ list }: { list: ListBody }) {
  if (list.state === "ready") return <span class={`chip ${list.active ? "chip-good" : "chip-line"}`}>{t(list.active ? "list.on" : "list.off")}</span>;
  if (list.filled.state === "failed") return <span class="chip chip-danger">{t("list.failed")}</span>;
  const word = { filling: list.filled.state === "waiting" ? "list.waiting" : "list.filling", withdrawing: "list.withdrawing", withdrawn: "list.withdrawn" } as const;
  return <span class="chip chip-accent">{t(word[list.state])}</span>;
}

/** How far the import is, what it took and what it refused. */
function Filled({ list }: { list: ListBody }) {
  const { filled } = list;
  const refused = filled.refused.reduce((sum, each) => sum + each.rows, 0);
  const share = filled.state === "done" ? 1 : filled.bytes_total > 0 ? filled.bytes_done / filled.bytes_total : 0;
  const passed = serverNow() - filled.began_at;
  const left = list.state === "filling" && share > 0.02 ? (passed / share) * (1 - share) : null;
  return (
    <div class="panel-b filled">
      {list.state === "filling" ? (
        <>
          <div class="meter tall" role="progressbar" aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}>
            <i style={{ width: `${share * 100}%`, background: "var(--accent)" }} />
          </div>
          <div class="row xs sub-line">
            <span>{list.source === "import" ? t("fill.share", { share: percent(share, 0) }) : t("fill.rows", { n: many(filled.rows) })}</span>
            <span class="t3">{t("fill.stays")}</span>
            {left === null ? null : <span class="push t3 num">{t("fill.left", { time: duration(left) })}</span>}
          </div>
        </>
      ) : null}
      {filled.state === "failed" ? (
        <div class="fault" role="alert" data-state="failed">
          <Icon name="warn" size="sm" />
          <span class="grow">
            <b class="b">{t("fill.failed")}</b> {filled.why ? said(filled.why) : ""}
          </span>
          <a class="linkbtn nowrap" href={`/campaigns/${list.campaign}/new-list`}>
            {t("fill.again")}
          </a>
        </div>
      ) : (
        <p class="row wraps fill-counts">
          <span class="t2">{t("fill.rows", { n: many(filled.rows) })}</span>
          <span>
            <b class="b num">{many(filled.kept)}</b> <span class="t2">{t("fill.kept")}</span>
          </span>
          <span>
            <b class={`b num ${refused > 0 ? "amber" : ""}`}>{many(refused)}</b> <span class="t2">{t("fill.refused")}</span>
          </span>
          {filled.linked > 0 ? (
            <span>
              <b class="b num">{many(filled.linked)}</b> <span class="t2">{t("fill.linked")}</span>
            </span>
          ) : null}
          {filled.numbers_left_out > 0 ? (
            <span>
              <b class="b num">{many(filled.numbers_left_out)}</b> <span class="t2">{t("fill.leftOut")}</span>
            </span>
          ) : null}
          <span class="t3">{filled.file_name ? t("list.fromFile", { file: filled.file_name }) : t("list.fromCustomers")}</span>
        </p>
      )}
      {refused > 0 && list.state !== "withdrawn" ? (
        <>
          <table class="ref refusals">
            <tbody>
              {filled.refused.map((each) => (
                <tr key={each.code} data-refusal={each.code}>
                  <td class="r num b">{many(each.rows)}</td>
                  <td class="t2">{said(each.text)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {mayPlan() && list.source === "import" ? (
            <a class="btn btn-sm csv" href={`/api/v1/lists/${list.id}/refused.csv`} download>
              <Icon name="download" size="sm" />
              {t("fill.csv")}
            </a>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

function Weights({ list, save }: { list: ListBody; save: (body: object) => Promise<void> }) {
  const [priority, setPriority] = useState(list.priority);
  const [share, setShare] = useState(list.share);
  const changed = priority !== list.priority || share !== list.share;
  return (
    <form
      class="row wraps weights"
      onSubmit={(event) => {
        event.preventDefault();
        void save({ priority, share });
      }}
    >
      <label class="row small-field">
        <span class="xs t3">{t("list.priority")}</span>
        <input class="input num narrow" name="priority" type="number" min={-1000} max={1000} value={priority} onInput={(event) => setPriority(Math.round(event.currentTarget.valueAsNumber || 0))} />
      </label>
      <label class="row small-field">
        <span class="xs t3">{t("list.share")}</span>
        <input class="input num narrow" name="share" type="number" min={0.1} max={1000} step="any" value={share} onInput={(event) => setShare(event.currentTarget.valueAsNumber || 1)} />
      </label>
      <button class="btn btn-sm" disabled={!changed}>
        {t("list.save")}
      </button>
    </form>
  );
}
