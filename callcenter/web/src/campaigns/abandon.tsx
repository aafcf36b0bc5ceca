// Abandoned calls against the law's cap, with the window in which they are counted.
import type { Loaded } from "../api/load";
import type { AbandonBody, LawBody, LiveCampaignBody } from "../api/types";
import { dayWords, percent } from "../format";
import { language, t } from "../i18n";
import { Report } from "./report";
import { many } from "./words";

export function Abandoned({ campaign, law, live }: { campaign: number; law: LawBody | undefined; live: Loaded<LiveCampaignBody> }) {
  const figure = live.data?.abandon ?? null;
  return (
    <section class="panel" data-panel="abandon" data-state={figure ? "there" : "empty"}>
      <header class="panel-h">
        <h2>{t("abandon.title")}</h2>
        <Report campaign={campaign} />
      </header>
      <div class="panel-b">
        {figure ? <Gauge figure={figure} /> : <p class="t2">{law && law.abandon_share === null ? t("abandon.noCap") : t("abandon.none")}</p>}
      </div>
    </section>
  );
}

function Gauge({ figure }: { figure: AbandonBody }) {
  const most = Math.max(figure.cap * 1.34, figure.rate * 1.05);
  const at = (share: number) => `${Math.min(100, (share / most) * 100)}%`;
  const breached = figure.answers > 0 && figure.rate > figure.cap;
  return (
    <>
      <div class="row baseline">
        <span class={`kpi-v ${breached ? "bad" : ""}`}>{figure.answers > 0 ? percent(figure.rate, 2) : "0%"}</span>
        <span class="t2">{t("abandon.of", { n: many(figure.abandons), all: many(figure.answers) })}</span>
      </div>
      <div class="gauge" role="img" aria-label={`${percent(figure.rate, 2)}; ${t("abandon.cap", { cap: percent(figure.cap, 1) })}`}>
        <div class="trk">
          <span class="zone" style={{ left: at(figure.cap), right: 0 }} />
          <i style={{ width: at(figure.rate), background: breached ? "var(--danger)" : undefined }} />
        </div>
        <span class="mk" style={{ left: at(figure.cap), background: "var(--danger)" }} />
        <span class="lb up" style={{ left: at(figure.cap) }}>
          <b class="cap">{t("abandon.cap", { cap: percent(figure.cap, 1) })}</b>
        </span>
      </div>
      <p class="b">{figure.answers === 0 ? t("abandon.none") : t("abandon.left", { n: many(figure.left), all: many(figure.answers) })}</p>
      {figure.machines > 0 ? <p class="t2" data-figure="machines">{t("abandon.machines", { n: many(figure.machines), share: percent(figure.machine_share, 0) })}</p> : null}
      <p class="xs t3 sub-line">{t("abandon.window", { since: dayWords(figure.since, language.value, "short") })}</p>
    </>
  );
}
