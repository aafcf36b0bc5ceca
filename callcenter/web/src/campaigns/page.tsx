// The campaign manager's page: her campaigns; of one, what it does now, the plan, the lists; what holds it back, and who comes next.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { useLoad } from "../api/load";
import { usePolled } from "../api/poll";
import type { CampaignBody, CampaignListBody, LawListBody, ListListBody, LiveCampaignBody, PreflightBody, ProgressBody } from "../api/types";
import { t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { Shell } from "../shell";
import { Abandoned } from "./abandon";
import { CampaignForm } from "./form";
import { Head } from "./head";
import { Lists } from "./lists";
import { NextUp } from "./next";
import { Preflight } from "./preflight";
import { Progress } from "./progress";
import { Promised } from "./promised";
import { CHIPS, mayPlan, name } from "./words";

const LIVE_MS = 2_000;
const SLOW_MS = 10_000;
const FILLING_MS = 1_000;

export function CampaignsPage({ id }: { id: number | null }) {
  const all = usePolled("campaigns", () => api.get<CampaignListBody>("/campaigns"), () => SLOW_MS);
  const [making, setMaking] = useState(false);
  const items = all.data?.items ?? [];
  const shown = items.find((each) => each.id === (id ?? items[0]?.id)) ?? null;
  const begin = (
    <button class="btn" aria-expanded={making} onClick={() => setMaking(!making)}>
      <Icon name="plus" />
      {t("camp.new")}
    </button>
  );
  return (
    <Shell page={`p-camp ${shown ? "" : "is-bare"}`} title={t("nav.campaigns")} ends={mayPlan() ? begin : null}>
      <div class="col c-left">
        {making ? <CampaignForm close={() => setMaking(false)} /> : null}
        <section class="panel" data-panel="campaigns" data-state={all.data ? (items.length > 0 ? "there" : "empty") : all.fault ? "error" : "loading"}>
          <header class="panel-h">
            <h2>
              {t("camp.all")} {all.data ? <span class="count">{items.length}</span> : null}
            </h2>
          </header>
          {all.fault ? <Fault fault={all.fault} again={all.reload} asOf={all.asOf} /> : null}
          {!all.data && !all.fault ? <SkeletonRows rows={4} height={64} /> : null}
          {all.data && items.length === 0 ? <Empty icon="dial" title={t("camp.none")} /> : null}
          <ul class="clist">
            {items.map((each) => (
              <Item key={each.id} campaign={each} on={each.id === shown?.id} />
            ))}
          </ul>
        </section>
      </div>
      {shown ? <One key={shown.id} campaign={shown} changed={all.reload} /> : null}
      {all.data && id !== null && !shown && items.length > 0 ? (
        <section class="panel">
          <Empty icon="dial" title={t("camp.gone")} />
        </section>
      ) : null}
    </Shell>
  );
}

function Item({ campaign, on }: { campaign: CampaignBody; on: boolean }) {
  return (
    <li class={on ? "on" : ""} data-campaign={campaign.name}>
      <a class={on ? "b ink" : "medium ink"} href={`/campaigns/${campaign.id}`} aria-current={on ? "page" : undefined}>
        {name(campaign)}
      </a>
      <span class="row wraps">
        <span class={`chip ${CHIPS[campaign.state]}`}>{t(`campState.${campaign.state}`)}</span>
        <span class="xs">{t(`mode.${campaign.mode}`)}</span>
      </span>
    </li>
  );
}

function One({ campaign, changed }: { campaign: CampaignBody; changed: () => void }) {
  const base = `/campaigns/${campaign.id}`;
  const laws = useLoad("laws", () => api.get<LawListBody>("/laws"));
  const live = usePolled(`${base}/live`, () => api.get<LiveCampaignBody>(`${base}/live`), () => LIVE_MS);
  const progress = usePolled(`${base}/progress`, () => api.get<ProgressBody>(`${base}/progress`), () => SLOW_MS);
  const lists = usePolled(
    `${base}/lists`,
    () => api.get<ListListBody>(`${base}/lists`),
    (data) => (data.items.some((each) => each.state === "filling" || each.state === "withdrawing") ? FILLING_MS : SLOW_MS),
  );
  // What is asked of every lead is asked anew when something that decides it has changed, and when she asks.
  const decides = `${campaign.changed_at} ${(lists.data?.items ?? []).map((each) => `${each.id}${each.state}${each.active}`).join()}`;
  const preflight = useLoad(lists.data ? `${base}/preflight ${decides}` : null, () => api.get<PreflightBody>(`${base}/preflight`));
  const law = laws.data?.items.find((each) => each.id === campaign.law);
  const moved = (body: LiveCampaignBody) => {
    live.replace(body);
    changed();
  };
  return (
    <>
      <div class="col c-mid">
        <Head campaign={campaign} law={law} live={live} preflight={preflight.data} moved={moved} />
        <Progress campaign={campaign} progress={progress} />
        <Lists campaign={campaign} lists={lists} />
      </div>
      <div class="col c-right">
        <Abandoned campaign={campaign.id} law={law} live={live} />
        <Preflight campaign={campaign} live={live.data} loaded={preflight} />
        <Promised campaign={campaign} />
        <NextUp campaign={campaign} turn={decides + (preflight.asOf ?? "")} />
      </div>
    </>
  );
}
