// A campaign's head: what it is, its moves, and what it does at this instant.
import { useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { Loaded } from "../api/load";
import type { CampaignBody, LawBody, LiveCampaignBody, PreflightBody } from "../api/types";
import { DASH } from "../format";
import { t } from "../i18n";
import { Fault, Sure } from "../parts/controls";
import { Icon } from "../parts/icons";
import { hours } from "./plain";
import { CHIPS, days, many, mayPlan, name } from "./words";

type Move = "start" | "pause" | "stop" | "finish";

export function Head(props: { campaign: CampaignBody; law: LawBody | undefined; live: Loaded<LiveCampaignBody>; preflight: PreflightBody | null; moved: (live: LiveCampaignBody) => void }) {
  const { campaign, law, live, preflight } = props;
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [busy, setBusy] = useState(false);
  const now = live.data;
  const state = now?.state ?? campaign.state;
  const move = async (what: Move) => {
    setBusy(true);
    try {
      props.moved(await api.post<LiveCampaignBody>(`/campaigns/${campaign.id}/${what}`));
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
    setBusy(false);
  };
  const working = (now?.agents_free ?? 0) + (now?.agents_busy ?? 0);
  const waiting = preflight ? preflight.leads - preflight.done - preflight.left_out : null;
  const ofWhat = preflight && preflight.left_out > 0 ? "live.ofLooked" : "live.ofWaiting";
  return (
    <section class="panel" data-panel="head" data-campaign-state={state}>
      <div class="row camp-h">
        <div class="grow">
          <div class="row wraps">
            <h2 class="camp-name">{name(campaign)}</h2>
            <span class={`chip ${CHIPS[state]}`}>{t(`campState.${state}`)}</span>
          </div>
          <p class="t2">
            {[t(`mode.${campaign.mode}`), days(campaign), law ? t("camp.hoursThere", { hours: hours(law) }) : t("camp.noLaw")].join(" · ")}
          </p>
        </div>
        {mayPlan() ? (
          <div class="row wraps camp-acts">
            <a class="btn" href={`/campaigns/${campaign.id}/plan`}>
              <Icon name="edit" size="sm" />
              {t("camp.editPlan")}
            </a>
            {state === "draft" || state === "paused" || state === "stopped" ? (
              <button class="btn btn-primary" disabled={busy} onClick={() => void move("start")}>
                <Icon name="play" size="sm" />
                {t(state === "draft" ? "camp.start" : "camp.goOn")}
              </button>
            ) : null}
            {state === "running" ? (
              <button class="btn" disabled={busy} onClick={() => void move("pause")}>
                <Icon name="pause" size="sm" />
                {t("camp.pause")}
              </button>
            ) : null}
            {state === "running" || state === "paused" ? <Sure label={t("camp.stop")} act={() => void move("stop")} /> : null}
            {state === "stopped" ? <Sure className="btn btn-quiet" label={t("camp.finish")} act={() => void move("finish")} /> : null}
          </div>
        ) : null}
      </div>
      {fault ? <Fault fault={fault} /> : null}
      {live.fault ? <Fault fault={live.fault} again={live.reload} asOf={live.asOf} /> : null}
      <dl class={`fig top-line ${live.fault ? "is-old" : ""}`}>
        <Figure title={t("live.ready")} value={preflight ? many(preflight.callable_now) : null} beside={waiting === null ? "" : t(ofWhat, { n: many(waiting) })} />
        <Figure title={t("live.dialing")} value={now ? many(now.dialing) : null} />
        <Figure title={t("live.waiting")} value={now ? many(now.waiting) : null} />
        <Figure title={t("live.agents")} value={now ? many(now.agents_free) : null} beside={now ? (working > 0 ? t("live.ofWorking", { n: many(working) }) : t("live.noAgents")) : ""} />
      </dl>
    </section>
  );
}

function Figure({ title, value, beside = "" }: { title: string; value: string | null; beside?: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {value ?? <span class="t3">{DASH}</span>} {beside ? <small>{beside}</small> : null}
      </dd>
    </div>
  );
}
