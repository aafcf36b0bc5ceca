// What the lead's row says, in the middle of the page, while it is read and while its call goes on.
import { when } from "../format";
import { coded, language, said, t } from "../i18n";
import { minute } from "../live/clock";
import { zone } from "../session";
import { called, timeThere } from "./leadcard";
import { currentCall, myself } from "./desk";
import { held } from "./lead";

/** `slim`: beside the customer's own panel, which says who it is. */
export function LeadPanel({ slim }: { slim: boolean }) {
  const lead = held.value?.data;
  if (!lead) return null;
  const campaign = currentCall.value?.campaign ?? myself.value?.campaign ?? null;
  const place = [lead.city, lead.province, lead.country].filter(Boolean).join(", ");
  const facts: { name: string; value: preact.ComponentChildren }[] = [
    {
      name: t("lead.number"),
      value: (
        <>
          <span class="block num cut">{lead.number?.shown ?? t("number.withheld")}</span>
          <span class="block xs t3 light cut">{lead.number_label ? t("lead.numberOf", { label: lead.number_label, place: lead.place, numbers: lead.numbers }) : ""}</span>
        </>
      ),
    },
    { name: place ? t("lead.place") : t("lead.timeThere"), value: place || (lead.zone ? timeThere(lead.zone) : t("lead.timeUnknown")) },
    { name: t("lead.email"), value: lead.email ? <a href={`mailto:${lead.email}`}>{lead.email}</a> : t("customer.noEmail") },
    { name: t("lead.language"), value: lead.language === "en" || lead.language === "zh" ? t(`language.${lead.language}`) : t("customer.anyLanguage") },
    ...Object.entries(lead.extra)
      .filter(([, value]) => value !== "")
      .slice(0, 8)
      .map(([name, value]) => ({ name, value: value as preact.ComponentChildren })),
  ];
  return (
    <section class="panel cust lead" aria-label={t("lead.loading")} data-attempt={lead.attempt}>
      <div class="row wraps">
        {slim ? null : <h2>{lead.name || lead.company || t("lead.nameless")}</h2>}
        {campaign ? slim ? <h3>{t("lead.ofCampaign", { campaign: said(campaign.label) })}</h3> : <span class="chip chip-line">{t("lead.ofCampaign", { campaign: said(campaign.label) })}</span> : null}
      </div>
      <p class="t2 sub-line">{[slim ? lead.name : "", lead.name || slim ? lead.company : "", lead.note].filter(Boolean).join(" · ")}</p>
      {lead.promised_at === null ? null : (
        <p class="panel-note" data-promised>
          <b class="b">{t("promised.of")}</b> {when(lead.promised_at, minute.value, language.value, zone.value)} {lead.promised}
        </p>
      )}
      <dl class="cust-f">
        {facts.map((fact) => (
          <div key={fact.name}>
            <dt class="cut">{fact.name}</dt>
            <dd class="cut">{fact.value}</dd>
          </div>
        ))}
      </dl>
      <p class="earlier xs">
        <span class="t3">{t("lead.earlier")}: </span>
        {lead.earlier.length === 0
          ? called(lead.attempts)
          : lead.earlier.map((one) => (
              <span key={one.at} class="chip">
                {when(one.at, minute.value, language.value, zone.value)} {coded("dialed", one.outcome)}
              </span>
            ))}
      </p>
    </section>
  );
}
