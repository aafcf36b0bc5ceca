// What one webhook was told and is to be told, newest first; whatever was told can be told again.
import { useEffect, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { DeliveryBody, DeliveryListBody } from "../api/types";
import { coded, t } from "../i18n";
import { Empty, Fault, Picker, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { answerOf, DeliveryState, moment } from "./state";

const STATES = ["pending", "delivered", "given_up"] as const;
/** While something waits, its outcome is looked for this often. */
const LOOK_MS = 2000;

/** `turn`: another number means that something has been sent. `seen` is called when a new answer may stand in the list of all. */
export function DeliveryLog({ id, active, turn, seen }: { id: number; active: boolean; turn: number; seen: () => void }) {
  const [state, setState] = useState("");
  const [earlier, setEarlier] = useState<DeliveryListBody[]>([]);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const base = `/webhooks/${id}/deliveries`;
  const loaded = useLoad(`deliveries ${id} ${state}`, () => api.get<DeliveryListBody>(base, { state, limit: 50 }));
  const { reload } = loaded;
  useEffect(() => {
    if (turn > 0) reload();
  }, [turn, reload]);
  useEffect(() => setEarlier([]), [state, loaded.asOf]);
  const first = loaded.data?.items ?? [];
  const waits = earlier.length === 0 && first.some((each) => each.state === "pending");
  useEffect(() => {
    if (!waits) return;
    const again = window.setTimeout(reload, LOOK_MS);
    return () => window.clearTimeout(again);
  }, [waits, loaded.asOf, reload]);
  const newest = first[0];
  const told = newest ? `${newest.id} ${newest.state} ${newest.attempts}` : "";
  useEffect(() => {
    if (told) seen();
  }, [told]);

  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
  };
  const pages = loaded.data ? [loaded.data, ...earlier] : [];
  const items = pages.flatMap((page) => page.items);
  const next = pages.at(-1)?.next ?? null;
  const more = () => act(async () => setEarlier([...earlier, await api.get<DeliveryListBody>(base, { state, limit: 50, cursor: next })]));
  const again = (delivery: DeliveryBody) =>
    act(async () => {
      await api.post(`${base}/${delivery.id}/redeliver`);
      reload();
    });
  const shown = loaded.fault ?? fault;
  return (
    <section class="panel customers hook-log" aria-label={t("hook.log")} data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>{t("hook.log")}</h2>
        <span class="push">
          <Picker label={t("hook.state")} value={state} options={[{ value: "", label: t("hook.any") }, ...STATES.map((each) => ({ value: each, label: t(`delivery.${each}`) }))]} onChange={setState} />
          <button class="btn btn-icon" title={t("hook.refresh")} aria-label={t("hook.refresh")} onClick={reload}>
            <Icon name="refresh" />
          </button>
        </span>
      </header>
      {shown ? <Fault fault={shown} again={reload} asOf={loaded.asOf} /> : null}
      {!loaded.data && !shown ? <SkeletonRows rows={6} height={40} /> : null}
      {loaded.data && items.length === 0 ? <Empty icon="send" title={state ? t("hook.logNoneSuch") : t("hook.logNone")} /> : null}
      {items.length > 0 ? (
        <div class="scrolls tbl-x">
          <table class="tbl">
            <thead>
              <tr>
                <th>{t("hook.made")}</th>
                <th>{t("hook.event")}</th>
                <th>{t("hook.state")}</th>
                <th class="hide-m">{t("hook.answer")}</th>
                <th class="r hide-m">{t("hook.attempts")}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {items.map((delivery) => (
                <Row key={delivery.id} delivery={delivery} active={active} again={() => void again(delivery)} />
              ))}
            </tbody>
          </table>
          {next ? (
            <p class="more">
              <button class="btn" onClick={() => void more()}>
                {t("hook.earlier")}
              </button>
            </p>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

function Row({ delivery, active, again }: { delivery: DeliveryBody; active: boolean; again: () => void }) {
  const waits = delivery.state === "pending" && delivery.attempts > 0;
  return (
    <tr class="wraps-m" data-delivery={delivery.state} data-kind={delivery.kind}>
      <td class="num">{moment(delivery.created_at, true)}</td>
      <td title={delivery.event}>
        {coded("kind", delivery.kind)}
        {delivery.kind === "test" ? null : <span class="xs t3 hide-m"> {delivery.kind}</span>}
      </td>
      <td>
        <DeliveryState delivery={delivery} />
        <div class="xs t3 only-m">{answerOf(delivery)}</div>
      </td>
      <td class="t2 hide-m">
        {answerOf(delivery)}
        {waits && active ? <span class="xs t3"> · {t("hook.next", { time: moment(delivery.next_at, true) })}</span> : null}
      </td>
      <td class="num r hide-m">{delivery.attempts}</td>
      <td class="r">
        {active ? (
          <button class="btn btn-quiet btn-icon" title={t("hook.again")} aria-label={t("hook.again")} onClick={again}>
            <Icon name="refresh" />
          </button>
        ) : null}
      </td>
    </tr>
  );
}
