// Who comes next, in the order in which leads are looked at, each with what the gate says at this instant.
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { CampaignBody, NextBody, NextLead } from "../api/types";
import { said, t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { serverNow } from "../live/clock";
import { soon } from "./words";

const SHOWN = 20;

/** `turn`: another word means that something has changed which decides it. */
export function NextUp({ campaign, turn }: { campaign: CampaignBody; turn: string }) {
  const base = `/campaigns/${campaign.id}/next`;
  const loaded = useLoad(campaign.law === null ? null : `${base} ${turn}`, () => api.get<NextBody>(base, { limit: SHOWN }));
  if (campaign.law === null) return null;
  const items = loaded.data?.items ?? [];
  return (
    <section class="panel next-up" data-panel="next" data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>{t("next.title")}</h2>
      </header>
      {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
      {!loaded.data && !loaded.fault ? <SkeletonRows rows={4} height={44} /> : null}
      {loaded.data && items.length === 0 ? <Empty icon="users" title={t("next.none")} /> : null}
      <ol class="scrolls next-rows">
        {items.map((lead) => (
          <Lead key={lead.lead} lead={lead} />
        ))}
      </ol>
    </section>
  );
}

function Lead({ lead }: { lead: NextLead }) {
  const due = lead.due_at <= serverNow();
  const until = lead.until === null ? t("next.never") : t("next.at", { time: soon(lead.until) });
  return (
    <li title={lead.rule} data-allowed={lead.allowed}>
      <Icon name={lead.allowed ? (due ? "check" : "clock") : "warn"} size="sm" />
      <span class="who-next">
        <span class="medium cut">{lead.name || lead.number.shown}</span>
        <span class="xs t3 cut">{[lead.name ? lead.number.shown : "", lead.company, lead.list_name].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="xs r">
        {lead.allowed ? <span class={due ? "ok" : "t2"}>{due ? t("next.now") : t("next.at", { time: soon(lead.due_at) })}</span> : <span class="amber">{lead.reason ? said(lead.reason) : ""}</span>}
        <span class="t3 block">{lead.allowed ? (lead.attempts > 0 ? t("next.tries", { n: lead.attempts }) : "") : until}</span>
      </span>
    </li>
  );
}
