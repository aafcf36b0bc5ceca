// The leads of a list: searched by name, company or number, by state, page by page.
import { useEffect, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { LeadBody, LeadListBody, ListBody } from "../api/types";
import { many, soon } from "../campaigns/words";
import { DASH } from "../format";
import { coded, said, t } from "../i18n";
import { Empty, Fault, Picker, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";

const PAUSE_MS = 250;
const STATES = ["fresh", "resting", "claimed", "done"] as const;

export function LeadTable({ list }: { list: ListBody }) {
  const [text, setText] = useState("");
  const [query, setQuery] = useState("");
  const [state, setState] = useState("");
  const [rest, setRest] = useState<LeadListBody[]>([]);
  const [fault, setFault] = useState<ApiFault | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setQuery(text.trim()), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const base = `/lists/${list.id}/leads`;
  const loaded = useLoad(`${base} ${state} ${query}`, () => api.get<LeadListBody>(base, { q: query, state }));
  useEffect(() => setRest([]), [query, state, loaded.asOf]);
  const pages = loaded.data ? [loaded.data, ...rest] : [];
  const items = pages.flatMap((page) => page.items);
  const next = pages.at(-1)?.next ?? null;
  const more = async () => {
    try {
      setRest([...rest, await api.get<LeadListBody>(base, { q: query, state, cursor: next })]);
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
  };
  return (
    <section class="panel customers" aria-label={t("list.leads")} data-leads data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      <header class="panel-h row wraps">
        <div class="find wide grow">
          <Icon name="search" />
          <input class="bare" value={text} placeholder={t("list.find")} aria-label={t("list.find")} autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} />
        </div>
        <Picker label={t("list.state")} value={state} options={[{ value: "", label: t("list.any") }, ...STATES.map((each) => ({ value: each, label: t(`leadState.${each}`) }))]} onChange={setState} />
        <span class="t3 xs push">
          {many(list.leads)} {t("list.leads")}
        </span>
      </header>
      {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
      {fault ? <Fault fault={fault} /> : null}
      {!loaded.data && !loaded.fault ? <SkeletonRows rows={8} height={40} /> : null}
      {loaded.data && items.length === 0 ? <Empty icon="users" title={t("list.noLeads")} /> : null}
      {items.length > 0 ? (
        <div class="scrolls tbl-x">
          <table class="tbl">
            <thead>
              <tr>
                <th>{t("list.who")}</th>
                <th>{t("list.number")}</th>
                <th>{t("list.state")}</th>
                <th class="r hide-m">{t("list.tries")}</th>
                <th class="hide-m">{t("list.last")}</th>
                <th class="hide-m">{t("list.due")}</th>
                <th class="hide-m">{t("list.consent")}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((lead) => (
                <Row key={lead.id} lead={lead} />
              ))}
            </tbody>
          </table>
          {next ? (
            <p class="more">
              <button class="btn" onClick={() => void more()}>
                {t("list.more")}
              </button>
            </p>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

function Row({ lead }: { lead: LeadBody }) {
  const place = [lead.company, lead.city, lead.province, lead.country].filter(Boolean).join(", ");
  const last = lead.outcome ? coded("dialed", lead.outcome) : DASH;
  return (
    <tr class="wraps-m" data-lead={lead.id}>
      <td class="wrap">
        {lead.contact ? (
          <a class="medium" href={`/customers/${lead.contact}`}>
            {lead.name || DASH}
          </a>
        ) : (
          <span class="medium">{lead.name || DASH}</span>
        )}
        {place || lead.agent ? <span class="xs t3 block">{[place, lead.agent ? t("list.agentOnly", { agent: lead.agent }) : ""].filter(Boolean).join(" · ")}</span> : null}
      </td>
      <td class="num">
        {lead.numbers.map((each) => (
          <span key={each.number.value} class={`block ${each.dead ? "t3 struck" : ""}`} title={each.dead ? t("list.deadNumber") : each.label}>
            {each.number.shown}
          </span>
        ))}
      </td>
      <td>
        {t(`leadState.${lead.state}`)}
        {lead.held ? <span class="xs amber light block">{said(lead.held)}</span> : null}
      </td>
      <td class="num r hide-m">{lead.attempts}</td>
      <td class="hide-m t2">
        {last} {lead.last_at ? <span class="xs t3">{soon(lead.last_at)}</span> : null}
      </td>
      <td class="num hide-m t2">{lead.next_at && lead.attempts > 0 ? soon(lead.next_at) : DASH}</td>
      <td class="hide-m t2">{lead.consent ? coded("consent", lead.consent) : DASH}</td>
    </tr>
  );
}
