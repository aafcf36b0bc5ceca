// The lists of a campaign: how many leads each has, what became of them, and those that are being filled.
import { useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { Loaded } from "../api/load";
import type { CampaignBody, LeadCounts, ListBody, ListListBody } from "../api/types";
import { DASH, percent } from "../format";
import { t } from "../i18n";
import { Empty, Fault, SkeletonRows, Stack } from "../parts/controls";
import { Icon } from "../parts/icons";
import { many, mayPlan } from "./words";

const FILLS = { reached: "var(--c-now)", retry: "var(--st-wrap)", fresh: "var(--line-strong)", usedUp: "var(--text-3)", notAllowed: "var(--warn)" } as const;
const KEYS = Object.keys(FILLS) as (keyof typeof FILLS)[];

const shares = (counts: LeadCounts): Record<keyof typeof FILLS, number> => ({
  reached: counts.reached,
  retry: counts.resting + counts.claimed,
  fresh: counts.fresh,
  usedUp: counts.used_up,
  notAllowed: counts.not_allowed,
});

export function Lists({ campaign, lists }: { campaign: CampaignBody; lists: Loaded<ListListBody> }) {
  const [fault, setFault] = useState<ApiFault | null>(null);
  const items = (lists.data?.items ?? []).filter((each) => each.state !== "withdrawn" || each.filled.state === "failed");
  const flip = async (list: ListBody) => {
    try {
      await api.patch(`/lists/${list.id}`, { active: !list.active });
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
    lists.reload();
  };
  return (
    <section class="panel camp-lists" data-panel="lists" data-state={lists.data ? (items.length > 0 ? "there" : "empty") : lists.fault ? "error" : "loading"}>
      <header class="panel-h wraps">
        <h2>
          {t("list.lists")} {lists.data ? <span class="count">{items.length}</span> : null}
        </h2>
        <span class="push wraps">
          {items.length > 0
            ? KEYS.map((key) => (
                <span key={key} class="key hide-m">
                  <svg viewBox="0 0 12 8" aria-hidden="true">
                    <rect width="12" height="8" rx="2" fill={FILLS[key]} />
                  </svg>
                  {t(`list.${key}`)}
                </span>
              ))
            : null}
          {mayPlan() ? (
            <a class="btn btn-sm" href={`/campaigns/${campaign.id}/new-list`}>
              <Icon name="plus" size="sm" />
              {t("list.add")}
            </a>
          ) : null}
        </span>
      </header>
      {lists.fault ? <Fault fault={lists.fault} again={lists.reload} asOf={lists.asOf} /> : null}
      {fault ? <Fault fault={fault} /> : null}
      {!lists.data && !lists.fault ? <SkeletonRows rows={3} height={40} /> : null}
      {lists.data && items.length === 0 ? <Empty icon="list" title={t("list.none")} /> : null}
      {items.length > 0 ? (
        <div class="scrolls tbl-x">
          <table class="tbl">
            <thead>
              <tr>
                <th>{t("list.list")}</th>
                <th class="r">{t("list.leads")}</th>
                <th class="bar" />
                <th class="r">{t("list.penetration")}</th>
                <th class="r hide-m">{t("list.left")}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {items.map((list) => (
                <Row key={list.id} list={list} flip={() => void flip(list)} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}

function Row({ list, flip }: { list: ListBody; flip: () => void }) {
  const parts = shares(list.counts);
  const all = KEYS.reduce((sum, key) => sum + parts[key], 0);
  const touched = all - parts.fresh;
  const filling = list.state === "filling";
  const told = { filling: t(list.filled.state === "waiting" ? "list.waiting" : "list.filling"), withdrawing: t("list.withdrawing"), withdrawn: t("list.failed"), ready: "" }[list.state];
  const share = list.filled.bytes_total > 0 ? list.filled.bytes_done / list.filled.bytes_total : 0;
  const words = KEYS.filter((key) => parts[key] > 0).map((key) => `${t(`list.${key}`)} ${many(parts[key])}`);
  return (
    <tr data-list={list.name} data-list-state={list.state} class={list.active ? "" : "t3"}>
      <td class="wrap">
        <a class="medium" href={`/lists/${list.id}`}>
          {list.name}
        </a>
        {told ? <span class={`xs block ${list.state === "withdrawn" ? "amber" : "t3"}`}>{told}</span> : null}
      </td>
      <td class="r num">{filling ? many(list.filled.kept) : many(all)}</td>
      <td class="bar">
        {filling ? (
          <div class="meter tall">
            <i style={{ width: `${share * 100}%`, background: "var(--accent)" }} />
          </div>
        ) : (
          <Stack label={words.join(", ")} parts={KEYS.map((key) => ({ share: parts[key], fill: FILLS[key], title: `${t(`list.${key}`)} ${many(parts[key])}` }))} />
        )}
      </td>
      <td class="r b num">{filling || all === 0 ? DASH : percent(touched / all, 0)}</td>
      <td class="r num hide-m">{filling ? DASH : many(parts.fresh + parts.retry)}</td>
      <td class="r">
        {list.state === "ready" && mayPlan() ? (
          <button class="btn btn-quiet btn-sm" aria-pressed={list.active} title={t(list.active ? "list.switchOff" : "list.switchOn")} onClick={flip}>
            {t(list.active ? "list.on" : "list.off")}
          </button>
        ) : null}
      </td>
    </tr>
  );
}
