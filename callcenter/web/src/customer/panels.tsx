// The customer as a panel, and the timeline: used on the agent's page and on the customer's own.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { ContactBody, TimelineBody, TimelineItem } from "../api/types";
import { clock, DASH, date, duration, when } from "../format";
import { coded, language, t } from "../i18n";
import { minute } from "../live/clock";
import { linkState } from "../live/socket";
import { Empty, Fault, Skeleton, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { outcomeName, queueName, zone } from "../session";

export function useContact(id: number | null) {
  return useLoad(id === null ? null : `contact ${id}`, () => api.get<ContactBody>(`/contacts/${id}`));
}

export function CustomerPanel(props: { id: number | null; fallback?: string; chip?: preact.ComponentChildren; link?: boolean; tools?: preact.ComponentChildren; empty?: string }) {
  const contact = useContact(props.id);
  if (props.id === null) {
    return (
      <section class="panel cust" aria-label={t("customer")} data-state="empty">
        <Empty icon="users" title={props.empty ?? t("customer.none")} />
      </section>
    );
  }
  const { data, fault } = contact;
  const lost = linkState.value === "lost";
  return (
    <section class="panel cust" aria-label={t("customer")} aria-busy={contact.loading && !data} data-state={data ? (fault || lost ? "stale" : "there") : fault ? "error" : "loading"}>
      {data ? <Details data={data} chip={props.chip} link={props.link ?? false} tools={props.tools} /> : null}
      {!data && !fault ? (
        <div class="cust-skel">
          <Skeleton widths={[46]} height={26} />
          <Skeleton widths={[62]} />
          <div class="cust-f">
            {[0, 1, 2, 3].map((each) => (
              <div key={each}>
                <Skeleton widths={[50, 80]} />
              </div>
            ))}
          </div>
        </div>
      ) : null}
      {!data && fault && props.fallback ? <h2 class="fallback">{props.fallback}</h2> : null}
      {fault ? <Fault fault={fault} again={contact.reload} asOf={contact.asOf} /> : data && lost ? <p class="as-of amber xs">{asOfWords(contact.asOf)}</p> : null}
    </section>
  );
}

/** How old is what stands here, while nothing newer can come. */
const asOfWords = (at: number | null) => t("asOf", { time: at === null ? DASH : clock(at, language.value, zone.value) });

function Details({ data, chip, link, tools }: { data: ContactBody; chip: preact.ComponentChildren; link: boolean; tools: preact.ComponentChildren }) {
  const facts = [
    { name: t("customer.numbers"), value: data.numbers.length > 0 ? <Numbers data={data} /> : t("customer.noNumbers") },
    { name: t("customer.language"), value: data.language ? t(`language.${data.language}`) : t("customer.anyLanguage") },
    { name: t("customer.email"), value: data.email ? <a href={`mailto:${data.email}`}>{data.email}</a> : t("customer.noEmail") },
    { name: t("customer.since"), value: date(data.created_at, language.value, zone.value) },
  ];
  return (
    <>
      <div class="row top-aligned">
        <div class="grow">
          <div class="row wraps">
            <h2>{data.name}</h2>
            {chip}
          </div>
          <p class="t2 sub-line">{[data.account?.name, data.note].filter(Boolean).join(" · ") || t("customer.noAccount")}</p>
        </div>
        {tools}
        {link ? (
          <a class="btn btn-sm hide-m" href={`/customers/${data.id}`}>
            <Icon name="right" size="sm" />
            {t("customer.open")}
          </a>
        ) : null}
      </div>
      <dl class="cust-f">
        {facts.map((fact) => (
          <div key={fact.name}>
            <dt>{fact.name}</dt>
            <dd class="cut">{fact.value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Numbers({ data }: { data: ContactBody }) {
  return (
    <>
      {data.numbers.slice(0, 2).map((each) => (
        <span key={each.number.value} class="block num cut">
          {each.number.shown}
          {each.label ? <span class="t3"> {each.label}</span> : null}
        </span>
      ))}
    </>
  );
}

export function Timeline({ id, empty }: { id: number | null; empty?: string }) {
  const loaded = useLoad(id === null ? null : `timeline ${id}`, () => api.get<TimelineBody>(`/contacts/${id}/timeline`, { limit: 30 }));
  const items = loaded.data?.items ?? [];
  const stale = loaded.data !== null && (loaded.fault !== null || linkState.value === "lost");
  return (
    <section class="panel scroll timeline" data-state={loaded.data ? (stale ? "stale" : items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : id === null ? "empty" : "loading"}>
      <header class="panel-h">
        <h2>
          {t("timeline")} {items.length > 0 ? <span class="count">{items.length}</span> : null}
        </h2>
        <span class="push xs amber">{stale ? asOfWords(loaded.asOf) : ""}</span>
      </header>
      <div class="scrolls" tabIndex={items.length > 6 ? 0 : undefined}>
        {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} /> : null}
        {id === null ? <Empty icon="clock" title={empty ?? t("timeline.idle")} /> : null}
        {id !== null && !loaded.data && !loaded.fault ? <SkeletonRows rows={6} height={56} /> : null}
        {loaded.data && items.length === 0 ? <Empty icon="clock" title={t("timeline.none")} /> : null}
        <ol class="tl">
          {items.map((item) => (
            <Entry key={item.call} item={item} />
          ))}
        </ol>
      </div>
    </section>
  );
}

function Entry({ item }: { item: TimelineItem }) {
  const [playing, setPlaying] = useState(false);
  const going = item.end === null;
  const title = [item.direction === "inbound" ? t("timeline.in") : t("timeline.out"), queueName(item.queue)].filter(Boolean).join(" · ");
  const missed = item.end === "abandoned_in_queue" || item.end === "abandoned_in_ivr" || item.end === "not_reached";
  const line = [item.agent_name ? t("timeline.with", { name: item.agent_name }) : "", item.disposition ? outcomeName(item.disposition) : ""].filter(Boolean).join(" · ");
  return (
    <li>
      <time>{when(item.at, minute.value, language.value, zone.value)}</time>
      <span class="ic">
        <Icon name={item.direction === "inbound" ? "phone-in" : "phone-out"} />
      </span>
      <div>
        <div class="title">{title}</div>
        <p>
          {going ? t("timeline.goingOn") : missed ? <span class="amber">{coded("end", item.end ?? "")}</span> : line || coded("end", item.end ?? "")}
          {item.notes ? <span class="noted">{line ? " · " : " "}{item.notes}</span> : null}
        </p>
        {playing && item.recording ? <audio class="player" controls autoplay src={`/api/v1/recordings/${item.recording}`} onError={() => setPlaying(false)} /> : null}
      </div>
      <span class="side row tight">
        {going ? t("timeline.now") : item.talk_ms > 0 ? duration(item.talk_ms) : ""}
        {item.recording ? (
          <button class="linkbtn" aria-label={t("recording.play")} title={t("recording.play")} aria-expanded={playing} onClick={() => setPlaying(!playing)}>
            <Icon name={playing ? "x" : "play"} size="sm" />
          </button>
        ) : null}
      </span>
    </li>
  );
}
