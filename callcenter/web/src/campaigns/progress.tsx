// Plan and progress: what was done against what was planned, with the place where the plan should be today.
import type { Loaded } from "../api/load";
import type { CampaignBody, ProgressBody } from "../api/types";
import { DASH, percent, signed } from "../format";
import { said, t } from "../i18n";
import { Fault, SkeletonRows } from "../parts/controls";
import { outcomeName } from "../session";
import { money } from "./plain";
import { many } from "./words";

/** So far behind the plan is told in amber. */
const BEHIND = 0.05;

export function Progress({ campaign, progress }: { campaign: CampaignBody; progress: Loaded<ProgressBody> }) {
  const { data } = progress;
  const done = data ? data.leads.reached + data.leads.used_up + data.leads.not_allowed : 0;
  const leads = data ? done + data.leads.fresh + data.leads.resting + data.leads.claimed : 0;
  const ended = data ? data.dials - data.open : 0;
  const labelOf = (code: string) => {
    const own = campaign.dispositions.find((each) => each.code === code);
    return own ? said(own.label) : outcomeName(code);
  };
  return (
    <section class="panel" data-panel="progress" data-state={data ? "there" : progress.fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>{t("plan.title")}</h2>
        {data?.elapsed != null ? <span class="push xs t3">{t("plan.mark")}</span> : null}
      </header>
      {progress.fault ? <Fault fault={progress.fault} again={progress.reload} asOf={progress.asOf} /> : null}
      {!data && !progress.fault ? <SkeletonRows rows={4} height={34} /> : null}
      {data ? (
        <table class="tbl tight plan">
          <tbody>
            <Row title={t("plan.leads")} value={done} plan={leads} elapsed={data.elapsed} say={many} />
            <Row title={t("plan.calls")} value={data.dials} plan={campaign.planned_calls} elapsed={data.elapsed} say={many} />
            <Row title={t("plan.reached")} value={data.reached} plan={0} elapsed={null} say={many} beside={ended > 0 ? t("plan.ofDials", { share: percent(data.reached / ended, 0) }) : ""} />
            {campaign.goal > 0 || data.successes > 0 ? <Row title={t("plan.successes")} value={data.successes} plan={campaign.goal} elapsed={data.elapsed} say={many} /> : null}
            {campaign.planned_minutes > 0 || data.minutes > 0 ? <Row title={t("plan.minutes")} value={data.minutes} plan={campaign.planned_minutes} elapsed={data.elapsed} say={(n) => many(Math.round(n))} /> : null}
            {campaign.expected_income > 0 || data.income > 0 ? <Row title={t("plan.income")} value={data.income} plan={campaign.expected_income} elapsed={data.elapsed} say={(n) => money(n, campaign.currency)} beside={t("plan.incomeWhat")} /> : null}
            <Row title={t("plan.cost")} value={data.cost} plan={campaign.budget} elapsed={data.elapsed} say={(n) => money(n, campaign.currency)} spends />
          </tbody>
        </table>
      ) : null}
      {data && data.outcomes.length > 0 ? (
        <p class="outcomes xs">
          <span class="t3">{t("plan.outcomes")}</span>
          {data.outcomes.map((each) => (
            <span key={each.outcome}>
              {t(`dialed.${each.outcome}`)} <b class="num b">{many(each.dials)}</b>
            </span>
          ))}
        </p>
      ) : null}
      {data && data.said.length > 0 ? (
        <p class="outcomes xs" data-said>
          <span class="t3">{t("plan.said")}</span>
          {data.said.map((each) => (
            <span key={each.code}>
              {labelOf(each.code)} <b class="num b">{many(each.calls)}</b>
            </span>
          ))}
        </p>
      ) : null}
    </section>
  );
}

/** `spends`: more than planned is what is amber, not less. */
function Row(props: { title: string; value: number; plan: number; elapsed: number | null; say: (n: number) => string; beside?: string; spends?: boolean }) {
  const { value, plan, elapsed } = props;
  const share = plan > 0 ? Math.min(1, value / plan) : 0;
  const against = plan > 0 && elapsed !== null && elapsed > 0 ? value / plan - elapsed : null;
  const late = against !== null && (props.spends ? against > BEHIND : against < -BEHIND);
  return (
    <tr>
      <td class="medium">{props.title}</td>
      <td class="r b num">{props.say(value)}</td>
      <td class="bar">
        {plan > 0 ? (
          <div class="meter" title={elapsed === null ? undefined : t("plan.mark")}>
            <i style={{ width: `${share * 100}%`, background: "var(--c-now)" }} />
            {elapsed === null ? null : <b style={{ left: `${elapsed * 100}%` }} />}
          </div>
        ) : (
          <span class="xs t3">{props.beside ?? ""}</span>
        )}
      </td>
      <td class="r t2 num">{plan > 0 ? props.say(plan) : <span class="t3">{t("plan.noPlan")}</span>}</td>
      <td class={`r num hide-m ${late ? "amber" : "t2"}`}>{against === null ? DASH : `${signed(against * 100, 1)}%`}</td>
    </tr>
  );
}
