// One webhook: what it is told and where, its switch, its secret, a test, and the log of what it was told.
import { useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { WebhookBody, WebhookSecretBody } from "../api/types";
import { t } from "../i18n";
import { Empty, Fault, SkeletonRows, Sure } from "../parts/controls";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { Shell } from "../shell";
import { WebhookForm } from "./form";
import { DeliveryLog } from "./log";
import { Secret } from "./secret";
import { HookState, moment } from "./state";

export function WebhookPage({ id }: { id: number }) {
  const path = `/webhooks/${id}`;
  const loaded = useLoad(path, () => api.get<WebhookBody>(path));
  const [secret, setSecret] = useState<WebhookSecretBody | null>(null);
  const [turn, setTurn] = useState(0);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const hook = loaded.data;
  const act = async (work: () => Promise<unknown>) => {
    try {
      await work();
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
  };
  const change = async (body: object) => loaded.replace(await api.patch<WebhookBody>(path, body));
  const test = async () => {
    await api.post(`${path}/test`);
    setTurn(turn + 1);
  };
  const renew = async () => {
    const made = await api.post<WebhookSecretBody>(`${path}/secret`);
    setSecret(made);
    loaded.replace(made.webhook);
  };
  const end = async () => {
    await api.delete(path);
    go("/webhooks");
  };
  const missing = loaded.fault?.status === 404;
  return (
    <Shell page="p-customers p-people p-hooks p-hook" title={hook?.name ?? t("nav.webhooks")}>
      <section class="panel" data-state={hook ? "there" : loaded.fault ? "error" : "loading"}>
        <header class="panel-h wraps">
          <a class="btn btn-quiet" href="/webhooks">
            <Icon name="left" size="sm" />
            {t("hook.toList")}
          </a>
          {hook ? (
            <>
              <HookState hook={hook} />
              <span class="xs t3 hide-m">{t("hook.created", { who: hook.created_by, when: moment(hook.created_at) })}</span>
              <span class="push wraps">
                {hook.active ? (
                  <button class="btn" onClick={() => void act(test)}>
                    <Icon name="send" size="sm" />
                    {t("hook.test")}
                  </button>
                ) : null}
                <button class="btn" onClick={() => void act(() => change({ active: !hook.active }))}>
                  {hook.active ? t("hook.switchOff") : t("hook.switchOn")}
                </button>
                <Sure label={t("hook.newSecret")} act={() => void act(renew)} />
                <Sure label={t("hook.delete")} act={() => void act(end)} />
              </span>
            </>
          ) : null}
        </header>
        {secret ? <Secret made={secret} close={() => setSecret(null)} /> : null}
        {fault ? <Fault fault={fault} /> : null}
        {missing ? <Empty icon="send" title={t("hook.gone")} /> : loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
        {!hook && !loaded.fault ? <SkeletonRows rows={4} height={40} /> : null}
        {hook?.active && hook.key_changed ? <Trouble words={t("hook.keyChangedWhat")} /> : null}
        {hook?.inactive_why === "gone" ? <Trouble words={t("hook.goneWhat")} /> : null}
        {hook ? <WebhookForm key={hook.id} hook={hook} send={change} close={null} /> : null}
      </section>
      {hook ? <DeliveryLog id={id} active={hook.active} turn={turn} seen={loaded.reload} /> : null}
    </Shell>
  );
}

function Trouble({ words }: { words: string }) {
  return (
    <div class="banner banner-warn one-time">
      <Icon name="warn" />
      <span>{words}</span>
    </div>
  );
}
