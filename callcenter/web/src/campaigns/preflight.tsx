// What could be called at this instant, and what holds the others back; while it runs and dials nothing, why. The counts add up.
import type { Loaded } from "../api/load";
import type { CampaignBody, CauseBody, LiveCampaignBody, PreflightBody } from "../api/types";
import { clock } from "../format";
import { language, said, t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon, type IconName } from "../parts/icons";
import { zone } from "../session";
import { many, soon } from "./words";

/** The law's reasons that end by themselves are waited for, those of the callee's are not. */
const ICONS: Readonly<Record<string, IconName>> = {
  hours: "clock", cap_day: "clock", cap_window: "clock", lock_abandoned: "clock", lock_machine: "clock",
  do_not_call_own: "ban", do_not_call_campaign: "ban", do_not_call_registry: "ban", cap_life: "dial", consent_missing: "key",
}; // prettier-ignore

export function Preflight({ campaign, live, loaded }: { campaign: CampaignBody; live: LiveCampaignBody | null; loaded: Loaded<PreflightBody> }) {
  const { data } = loaded;
  const causes = live && (live.state === "running" || live.state === "paused") ? live.causes.filter((each) => !each.code.startsWith("held:")) : [];
  const stuck = data !== null && data.callable_now === 0 && data.leads > data.done;
  return (
    <section class={`panel ${causes.length > 0 || (stuck && live?.state === "running") ? "is-amber" : ""}`} data-panel="preflight" data-state={data ? (data.leads > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      {causes.length > 0 ? <Causes causes={causes} /> : null}
      <header class="panel-h">
        <h2>{t("pre.title")}</h2>
        <span class="push">
          {data ? <span class="xs t3">{clock(data.now, language.value, zone.value)}</span> : null}
          <button class="btn btn-quiet btn-icon btn-sm" title={t("pre.again")} aria-label={t("pre.again")} onClick={loaded.reload}>
            <Icon name="refresh" size="sm" />
          </button>
        </span>
      </header>
      {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
      {!data && !loaded.fault ? (
        <>
          <p class="why-p t3">{t("pre.counting")}</p>
          <SkeletonRows rows={3} height={34} />
        </>
      ) : null}
      {data && campaign.law === null ? <Empty icon="key" title={t("pre.noLaw")} /> : null}
      {data && campaign.law !== null && data.leads === 0 ? <Empty icon="list" title={t("pre.none")} /> : null}
      {data && campaign.law !== null && data.leads > 0 ? <Groups found={data} /> : null}
    </section>
  );
}

function Groups({ found }: { found: PreflightBody }) {
  const others: [string, number, IconName, string][] = [
    [t("pre.notDue"), found.not_due, "clock", found.not_due_until === null ? "" : t("pre.opens", { time: soon(found.not_due_until) })],
    [t("pre.claimed"), found.claimed, "phone", ""],
    [t("pre.off"), found.switched_off, "pause", ""],
    [t("pre.done"), found.done, "check", ""],
    [t("pre.leftOut"), found.left_out, "info", ""],
  ];
  // Of a very large campaign only some are looked at, and nothing is said of the others.
  const all = found.leads - found.left_out;
  const held = all - found.callable_now;
  const values = { n: many(held), all: many(all) };
  return (
    <>
      <p class="why-p">{found.left_out > 0 ? t("pre.someOf", values) : held === 0 ? t("pre.all", values) : t("pre.some", values)}</p>
      <ul class="why">
        {found.held.map((group) => (
          <li key={group.code} data-hold={group.code} title={group.rules.map((rule) => `${rule.rule}: ${many(rule.leads)}`).join("\n")}>
            <Icon name={ICONS[group.code] ?? "warn"} />
            <span>
              {said(group.text)} {group.until === null ? null : <span class="xs">· {t("pre.opens", { time: soon(group.until) })}</span>}
            </span>
            <span class="n num">{many(group.leads)}</span>
          </li>
        ))}
        {others.map(([text, leads, icon, more]) =>
          leads === 0 ? null : (
            <li key={text}>
              <Icon name={icon} />
              <span>
                {text} {more ? <span class="xs">· {more}</span> : null}
              </span>
              <span class="n num">{many(leads)}</span>
            </li>
          ),
        )}
        <li class="sum" data-hold="none">
          <span />
          <b class="b">{t("pre.ready")}</b>
          <span class="n num">{many(found.callable_now)}</span>
        </li>
      </ul>
    </>
  );
}

function Causes({ causes }: { causes: readonly CauseBody[] }) {
  return (
    <>
      <header class="panel-h">
        <h2>{t("pre.why")}</h2>
      </header>
      <ul class="why causes">
        {causes.map((cause) => (
          <li key={cause.code} data-cause={cause.code}>
            <Icon name="warn" />
            <span class="amber">
              {said(cause.text)} {cause.until === null ? null : <span class="xs">· {t("pre.until", { time: soon(cause.until) })}</span>}
            </span>
            <span class="n num">{cause.count > 0 ? many(cause.count) : ""}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
