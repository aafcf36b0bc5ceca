// Calls that were promised: mine, and anyone's of my campaigns, soonest first. A reminder says before its time that one of mine is
// due; it is taken by a key, and is then mine to read and to dial. Moved or cancelled, it can be taken back for a while.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { type Loaded } from "../api/load";
import { usePolled } from "../api/poll";
import type { CallbackBody, CallbackListBody } from "../api/types";
import { when } from "../format";
import { language, said, t } from "../i18n";
import { useKey, useLayer } from "../keys";
import { minute, now } from "../live/clock";
import { Empty, Fault, Kbd, Note, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { zone } from "../session";
import { TimeField, useHour } from "./saying";
import { act, acting, card } from "./desk";
import { lastSaid } from "./unsent";

const LOOK_MS = 15_000;
/** After something was said of a call it is there in a moment. */
const SOON_MS = 1_000;
const FRESH_MS = 20_000;
const UNDO_MS = 30_000;

/** What was done last, until it is too old to be taken back. */
interface Done {
  text: string;
  at: number;
  undo: () => Promise<unknown>;
}

const done = signal<Done | null>(null);
const fault = signal<ApiFault | null>(null);

const take = (id: number) => act("take", () => api.post(`/callbacks/${id}/take`));
const who = (one: CallbackBody) => one.name || one.company || one.number?.shown || t("lead.nameless");

async function change(what: () => Promise<CallbackBody>, text: string, undo: (changed: CallbackBody) => Promise<unknown>, reload: () => void): Promise<void> {
  fault.value = null;
  try {
    const changed = await what();
    done.value = { text, at: now.peek(), undo: () => undo(changed).finally(reload) };
  } catch (error) {
    fault.value = error instanceof ApiFault ? error : new ApiFault(0, "page", { en: String(error), zh: String(error) });
  }
  reload();
}

const move = (one: CallbackBody, at: number, reload: () => void) =>
  change(
    () => api.patch<CallbackBody>(`/callbacks/${one.id}`, { seen: one.changed_at, at, agent: one.agent }),
    t("promised.moved", { name: who(one) }),
    (changed) => api.patch(`/callbacks/${one.id}`, { seen: changed.changed_at, at: one.at, agent: one.agent }),
    reload,
  );

const cancel = (one: CallbackBody, reload: () => void) =>
  change(
    () => api.create<CallbackBody>(`/callbacks/${one.id}/cancel`, { seen: one.changed_at }),
    t("promised.cancelled", { name: who(one) }),
    (changed) => api.create(`/callbacks/${one.id}/restore`, { seen: changed.changed_at }),
    reload,
  );

/** On the agent's page: the reminder, then the list. Nothing at all for somebody to whom nothing was promised by anyone. */
export function MyCallbacks() {
  const after = card.value.kind === "wrap" ? "wrap" : "";
  const loaded = usePolled(`callbacks ${after}`, () => api.get<CallbackListBody>("/me/callbacks"), () => (now.value - lastSaid.value < FRESH_MS ? SOON_MS : LOOK_MS));
  const items = loaded.data?.items ?? [];
  const due = items.find((one) => one.mine && !one.dialing && one.remind_at <= now.value) ?? null;
  const can = card.value.kind === "idle" || card.value.kind === "lead";
  useKey("Alt B", () => void (due && take(due.id).then(loaded.reload)), due !== null && can && acting.value !== "take");
  if (items.length === 0 && !loaded.fault && !done.value) return null;
  return (
    <section class="panel mypromises" data-panel="callbacks" data-state={loaded.fault ? "error" : items.length > 0 ? "there" : "empty"}>
      <header class="panel-h">
        <h2>
          {t("promised.title")} <span class="count">{items.length}</span>
        </h2>
      </header>
      {due ? (
        <div class="panel-b" role="alert" data-remind={due.id}>
          <Note icon="clock">{t("promised.remind", { name: who(due), time: when(due.at, minute.value, language.value, zone.value) })}</Note>
          <button class="btn btn-primary" disabled={!can || acting.value === "take"} onClick={() => void take(due.id).then(loaded.reload)}>
            {t("promised.take")} <Kbd>Alt B</Kbd>
          </button>
        </div>
      ) : null}
      <Promises items={items} loaded={loaded} mine />
    </section>
  );
}

/** The list itself, for agents and for campaign managers; `changes`: whether it may be changed here. */
export function Promises({ items, loaded, mine = false, changes = true }: { items: readonly CallbackBody[]; loaded: Loaded<CallbackListBody>; mine?: boolean; changes?: boolean }) {
  const [moving, setMoving] = useState<number | null>(null);
  const last = done.value;
  useEffect(() => {
    if (!last) return;
    const over = window.setTimeout(() => (done.value = null), UNDO_MS);
    return () => window.clearTimeout(over);
  }, [last]);
  return (
    <>
      {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
      {fault.value ? <Fault fault={fault.value} /> : null}
      {last ? (
        <p class="panel-b xs" role="status" data-done>
          {last.text}{" "}
          <button
            class="linkbtn"
            onClick={() => {
              done.value = null;
              void last.undo();
            }}
          >
            {t("promised.undo")}
          </button>
        </p>
      ) : null}
      {!loaded.data && !loaded.fault ? <SkeletonRows rows={2} height={46} /> : null}
      {loaded.data && items.length === 0 && !mine ? <Empty icon="clock" title={t("promised.none")} /> : null}
      <ul class="cb promises">
        {items.map((one) => (
          <li key={one.id} data-callback={one.id}>
            <time>{when(one.at, minute.value, language.value, zone.value)}</time>
            <div class="clip">
              <div class="cut medium">{who(one)}</div>
              <div class="xs t3 cut">{[whose(one, mine), said(one.label), one.note].filter(Boolean).join(" · ")}</div>
              {one.at < now.value && !one.dialing ? <div class="xs amber">{t("promised.overdue")}</div> : null}
              {one.dialing ? <div class="xs t3">{t("promised.dialing")}</div> : null}
            </div>
            <span class="row">
              {mine && one.may_take && one.remind_at <= now.value ? (
                <button class="btn btn-sm btn-icon" aria-label={t("promised.takeOf", { name: who(one) })} title={t("promised.takeOf", { name: who(one) })} disabled={acting.value === "take" || one.dialing} onClick={() => void take(one.id).then(loaded.reload)}>
                  <Icon name="phone" size="sm" />
                </button>
              ) : null}
              {changes ? (
                <>
                  <button class="btn btn-sm" aria-expanded={moving === one.id} aria-label={t("promised.moveOf", { name: who(one) })} onClick={() => setMoving(moving === one.id ? null : one.id)}>
                    {t("promised.move")}
                  </button>
                  <button class="btn btn-sm" aria-label={t("promised.cancelOf", { name: who(one) })} onClick={() => void cancel(one, loaded.reload)}>
                    {t("promised.cancel")}
                  </button>
                </>
              ) : null}
            </span>
            {moving === one.id ? <Move one={one} close={() => setMoving(null)} reload={loaded.reload} /> : null}
          </li>
        ))}
      </ul>
    </>
  );
}

function whose(one: CallbackBody, mine: boolean): string {
  if (one.agent === null) return t("promised.anyone");
  return mine && one.mine ? t("promised.mine") : t("promised.ofAgent", { agent: one.agent_name ?? one.agent });
}

function Move({ one, close, reload }: { one: CallbackBody; close: () => void; reload: () => void }) {
  const [at, setAt] = useState<number | null>(one.at);
  const hour = useHour(`/callbacks/${one.id}/hour`, at);
  useLayer(close);
  return (
    <form
      class="saying"
      aria-label={t("promised.moveOf", { name: who(one) })}
      onSubmit={(event) => {
        event.preventDefault();
        if (at === null) return;
        close();
        void move(one, at, reload);
      }}
    >
      <TimeField at={at} set={setAt} there={one.zone} hour={hour} />
      <div class="row">
        <button class="btn btn-primary grow" disabled={at === null || hour?.allowed === false}>
          {t("promised.move")}
        </button>
        <button type="button" class="btn" onClick={close}>
          {t("say.leave")}
        </button>
      </div>
    </form>
  );
}
