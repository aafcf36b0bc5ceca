// Do-not-call lists: which there are and how old, whether a number stands on one, put on and taken off, registries loaded.
import { useEffect, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import { usePolled } from "../api/poll";
import type { BarredAtBody, BarredListBody, CampaignBody, CampaignListBody, DoNotCallBody, RegisterBody } from "../api/types";
import { many, mayPlan } from "../campaigns/words";
import { date } from "../format";
import { language, said, t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { zone } from "../session";
import { Shell } from "../shell";
import { moment } from "../webhooks/state";
import { RegistryForm } from "./registry";

const DAY = 86_400_000;
const OLD_DAYS = 31;
const LOADING_MS = 1_000;
const SLOW_MS = 30_000;

const called = (register: RegisterBody) => (register.kind === "own" ? t("dnc.own") : register.kind === "campaign" ? t("dnc.campaign", { name: register.name }) : t("dnc.registry", { name: register.name }));

/** Every campaign has a list of its own, also one on which nobody stands yet. */
function withEmpty(found: readonly RegisterBody[], campaigns: readonly CampaignBody[]): RegisterBody[] {
  if (found.length === 0) return [];
  const missing = campaigns.filter((each) => each.state !== "finished" && !found.some((register) => register.campaign === each.id));
  const empty = missing.map((each): RegisterBody => ({ kind: "campaign", name: each.name, campaign: each.id, entries: 0, loaded_at: 0 }));
  const own = found.filter((each) => each.kind !== "registry");
  return [...own, ...empty, ...found.filter((each) => each.kind === "registry")];
}

export function DoNotCallPage() {
  const loaded = usePolled("do-not-call", () => api.get<DoNotCallBody>("/do-not-call"), (data) => (data.loading.some((each) => each.why === null) ? LOADING_MS : SLOW_MS));
  const [of, setOf] = useState<number | null>(null);
  const [turn, setTurn] = useState(0);
  const changed = () => {
    setTurn(turn + 1);
    loaded.reload();
  };
  const campaigns = useLoad("campaigns", () => api.get<CampaignListBody>("/campaigns"));
  const registers = withEmpty(loaded.data?.registers ?? [], campaigns.data?.items ?? []);
  const shown = registers.find((each) => each.kind !== "registry" && each.campaign === of) ?? null;
  return (
    <Shell page="p-barred" title={t("nav.doNotCall")}>
      <div class="col">
        <section class="panel" data-panel="registers" data-state={loaded.data ? "there" : loaded.fault ? "error" : "loading"}>
          <header class="panel-h">
            <h2>{t("dnc.lists")}</h2>
          </header>
          <p class="import-p t2">{t("dnc.what")}</p>
          {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
          {!loaded.data && !loaded.fault ? <SkeletonRows rows={3} height={48} /> : null}
          <ul class="clist">
            {registers.map((each) => (
              <Register key={`${each.kind} ${each.name}`} register={each} now={loaded.data?.now ?? 0} on={each === shown} open={() => setOf(each.campaign)} />
            ))}
          </ul>
          {loaded.data?.loading.map((each) => (
            <p key={each.name} class={`import-p row ${each.why ? "amber light" : "t2"}`} role="status">
              <Icon name={each.why ? "warn" : "clock"} size="sm" />
              {each.why ? t("dnc.notLoaded", { name: each.name, why: said(each.why) }) : t("dnc.loading", { name: each.name })}
            </p>
          ))}
        </section>
        {mayPlan() ? <RegistryForm begun={loaded.replace} /> : null}
      </div>
      <Numbers of={of} turn={turn} title={shown ? called(shown) : t("dnc.own")} changed={changed} />
    </Shell>
  );
}

function Register({ register, now, on, open }: { register: RegisterBody; now: number; on: boolean; open: () => void }) {
  const days = Math.floor((now - register.loaded_at) / DAY);
  const registry = register.kind === "registry";
  return (
    <li class={on ? "on" : ""} data-register={register.name || "own"}>
      <span class="row">
        {registry ? (
          <span class="medium grow cut">{called(register)}</span>
        ) : (
          <button type="button" class="plain medium grow cut" aria-pressed={on} onClick={open}>
            {called(register)}
          </button>
        )}
        <b class="b num">{many(register.entries)}</b>
      </span>
      {registry ? (
        <span class={`xs ${days > OLD_DAYS ? "amber" : ""}`}>
          {t("dnc.age")} {date(register.loaded_at, language.value, zone.value)} · {days > 0 ? t("dnc.days", { n: days }) : t("dnc.today")}
        </span>
      ) : null}
    </li>
  );
}

/** What was done last, so that a slip can be undone. */
interface Done {
  readonly words: string;
  readonly undo: (() => Promise<unknown>) | null;
}

function Numbers({ of, turn, title, changed }: { of: number | null; turn: number; title: string; changed: () => void }) {
  const [number, setNumber] = useState("");
  const [done, setDone] = useState<Done | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [rest, setRest] = useState<BarredListBody[]>([]);
  const base = "/do-not-call/numbers";
  const query = of === null ? {} : { campaign: of };
  const loaded = useLoad(`barred ${of ?? ""} ${turn}`, () => api.get<BarredListBody>(base, query));
  useEffect(() => setRest([]), [of, loaded.asOf]);
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setFault(null);
    } catch (error) {
      setDone(null);
      if (error instanceof ApiFault) setFault(error);
    }
  };
  const bar = (wanted: string) => api.post<BarredAtBody>(base, { number: wanted, campaign: of });
  const free = (wanted: string) => api.post<BarredAtBody>("/do-not-call/remove", { number: wanted, campaign: of });
  const add = async () => {
    const found = await bar(number);
    setDone({ words: t("dnc.added", { number: found.number.shown }), undo: () => free(found.number.value) });
    setNumber("");
    changed();
  };
  const remove = async (wanted: string) => {
    const found = await free(wanted);
    setDone({ words: t("dnc.removed", { number: found.number.shown }), undo: () => bar(found.number.value) });
    changed();
  };
  const check = async () => {
    const found = await api.post<BarredAtBody>("/do-not-call/check", { number });
    const shown = found.number.shown;
    setDone({ words: found.lists.length > 0 ? t("dnc.on", { number: shown, lists: found.lists.join(", ") }) : t("dnc.onNone", { number: shown }), undo: null });
  };
  const undo = async () => {
    await done?.undo?.();
    setDone(null);
    changed();
  };
  const pages = loaded.data ? [loaded.data, ...rest] : [];
  const items = pages.flatMap((page) => page.items);
  const next = pages.at(-1)?.next ?? null;
  return (
    <section class="panel customers" data-panel="barred" data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      <header class="panel-h row wraps">
        <h2>{title}</h2>
        <form
          class="row wraps push bar-form"
          onSubmit={(event) => {
            event.preventDefault();
            void act(mayPlan() ? add : check);
          }}
        >
          <input class="input" name="number" required maxLength={60} value={number} placeholder={t("dnc.number")} aria-label={t("dnc.number")} autocomplete="off" inputMode="tel" onInput={(event) => setNumber(event.currentTarget.value)} />
          <button type="button" class="btn" disabled={number.trim() === ""} onClick={() => void act(check)}>
            {t("dnc.check")}
          </button>
          {mayPlan() ? <button class="btn btn-primary">{t("dnc.add")}</button> : null}
        </form>
      </header>
      {done ? (
        <p class="done-line row" role="status">
          <Icon name="check" size="sm" />
          <span class="grow">{done.words}</span>
          {done.undo ? (
            <button class="linkbtn" onClick={() => void act(undo)}>
              {t("dnc.undo")}
            </button>
          ) : null}
        </p>
      ) : null}
      {fault ? <Fault fault={fault} /> : null}
      {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
      {!loaded.data && !loaded.fault ? <SkeletonRows rows={6} height={40} /> : null}
      {loaded.data && items.length === 0 ? <Empty icon="ban" title={t("dnc.none")} /> : null}
      {items.length > 0 ? (
        <div class="scrolls tbl-x">
          <table class="tbl">
            <thead>
              <tr>
                <th>{t("dnc.number")}</th>
                <th>{t("dnc.since")}</th>
                <th class="hide-m">{t("dnc.by")}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {items.map((each) => (
                <tr key={each.number.value} data-number={each.number.value}>
                  <td class="num medium">{each.number.shown}</td>
                  <td class="num t2">{moment(each.added_at)}</td>
                  <td class="t2 hide-m">{t(`barredBy.${each.source}`)}</td>
                  <td class="r">
                    {mayPlan() ? (
                      <button class="btn btn-quiet btn-icon" title={t("dnc.remove")} aria-label={`${t("dnc.remove")}: ${each.number.shown}`} onClick={() => void act(() => remove(each.number.value))}>
                        <Icon name="x" size="sm" />
                      </button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {next ? (
            <p class="more">
              <button class="btn" onClick={() => void act(async () => setRest([...rest, await api.get<BarredListBody>(base, { ...query, cursor: next })]))}>
                {t("list.more")}
              </button>
            </p>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}
