// What an agent works besides her presence: her queues alone, or a campaign too. And why nothing comes from it.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { usePolled } from "../api/poll";
import type { MyCampaign, MyCampaignsBody } from "../api/types";
import { when } from "../format";
import { language, said, t } from "../i18n";
import { useKey } from "../keys";
import { minute } from "../live/clock";
import { Fault, Note, Popover, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { zone } from "../session";
import { act, acting, myself } from "./desk";

const LOOK_MS = 5_000;

const ask = () => api.get<MyCampaignsBody>("/me/campaigns");
const choose = (campaign: number | null) => act("work", () => api.put("/me/campaign", { campaign }));

export function Work() {
  const [open, setOpen] = useState(false);
  useKey("Alt W", () => setOpen(!open));
  const agent = myself.value;
  const signedIn = agent !== null && agent.presence !== "signed_out";
  const loaded = usePolled(open ? "campaigns" : null, ask, () => LOOK_MS);
  const chosen = agent?.campaign ?? null;
  const close = () => setOpen(false);
  const pick = (campaign: number | null) => {
    close();
    if (campaign !== (chosen?.id ?? null)) void choose(campaign);
  };
  const items = loaded.data?.items ?? [];
  return (
    <span class="anchor">
      <button class="pick work" data-campaign={chosen?.id ?? ""} disabled={!signedIn || acting.value === "work"} aria-haspopup="menu" aria-expanded={open} title={t("work.title")} onClick={() => setOpen(!open)}>
        <Icon name={chosen ? "dial" : "phone-in"} size="sm" />
        <span class="cut">{chosen ? said(chosen.label) : t("work.queues")}</span>
        <Icon name="down" size="sm" />
      </button>
      <Popover open={open} close={close} label={t("work.title")} className="presence-menu work-menu">
        <ul>
          <Choice chosen={chosen === null} name={t("work.queuesOnly")} what={t("work.queuesOnly.what")} pick={() => pick(null)} />
        </ul>
        <hr />
        {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} /> : null}
        {!loaded.data && !loaded.fault ? <SkeletonRows rows={2} height={36} /> : null}
        {loaded.data && items.length === 0 ? <p class="menu-h">{t("work.none")}</p> : null}
        <ul>
          {items.map((item) => (
            <Choice key={item.id} chosen={chosen?.id === item.id} name={said(item.label)} what={what(item)} pick={() => pick(item.id)} />
          ))}
        </ul>
        {items.length > 0 ? <p class="menu-h">{t("work.first")}</p> : null}
      </Popover>
    </span>
  );
}

const what = (item: MyCampaign) => (item.state === "running" ? t(`mode.${item.mode}`) : t(`campState.${item.state}`));

function Choice(props: { chosen: boolean; name: string; what: string; pick: () => void }) {
  return (
    <li>
      <button type="button" role="menuitemradio" aria-checked={props.chosen} onClick={props.pick}>
        <span class="tick">{props.chosen ? <Icon name="check" size="sm" /> : null}</span>
        <span class="cut">{props.name}</span>
        <span class="push xs t3 light">{props.what}</span>
      </button>
    </li>
  );
}

/** On the idle card of somebody who works a campaign: what comes next, or why nothing does. */
export function WorkNote() {
  const agent = myself.value;
  const campaign = agent?.campaign ?? null;
  const loaded = usePolled(campaign ? `work ${campaign.id}` : null, ask, () => LOOK_MS);
  if (!agent || !campaign) return null;
  const mine = loaded.data?.items.find((item) => item.id === campaign.id);
  if (loaded.fault) return <Fault fault={loaded.fault} again={loaded.reload} />;
  if (!mine) return null;
  const cause = mine.causes[0];
  if (cause) {
    return (
      <div data-work="stands">
        <Note icon="warn">
          {t("work.nothing", { campaign: said(campaign.label) })} {said(cause.text)}
          {cause.until === null ? "" : ` (${t("work.until", { time: when(cause.until, minute.value, language.value, zone.value) })})`}
        </Note>
      </div>
    );
  }
  return (
    <div data-work="waits">
      <Note icon="dial">
        <b class="b">{said(campaign.label)}.</b> {agent.presence !== "available" ? t("work.notReady") : mine.mode === "preview" ? t("work.waits.preview") : t("work.waits.dials")} {t("work.first")}
      </Note>
    </div>
  );
}
