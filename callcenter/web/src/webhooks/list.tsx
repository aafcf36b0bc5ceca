// Webhooks: which other programs are told what happens, whether it arrives, and how to tell another one.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { WebhookListBody, WebhookSecretBody } from "../api/types";
import { t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { Shell } from "../shell";
import { WebhookForm } from "./form";
import { KINDS } from "./kinds";
import { Secret } from "./secret";
import { HookState, LastDelivery } from "./state";

export function WebhooksPage() {
  const loaded = useLoad("webhooks", () => api.get<WebhookListBody>("/webhooks"));
  const [open, setOpen] = useState(false);
  const [secret, setSecret] = useState<WebhookSecretBody | null>(null);
  const items = loaded.data?.items ?? [];
  return (
    <Shell page="p-customers p-people p-hooks" title={t("nav.webhooks")}>
      <section class="panel customers" data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
        <header class="panel-h row">
          <p class="t2 grow">{t("hook.what")}</p>
          <button class="btn btn-primary" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="plus" />
            {t("hook.new")}
          </button>
        </header>
        {secret ? <Secret made={secret} close={() => setSecret(null)} /> : null}
        {open ? (
          <WebhookForm
            hook={null}
            close={() => setOpen(false)}
            send={async (wanted) => {
              const made = await api.create<WebhookSecretBody>("/webhooks", wanted);
              setOpen(false);
              setSecret(made);
              loaded.reload();
            }}
          />
        ) : null}
        {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
        {!loaded.data && !loaded.fault ? <SkeletonRows rows={6} height={40} /> : null}
        {loaded.data && items.length === 0 ? <Empty icon="send" title={t("hook.none")} /> : null}
        {items.length > 0 ? (
          <div class="scrolls tbl-x">
            <table class="tbl">
              <thead>
                <tr>
                  <th>{t("hook.name")}</th>
                  <th>{t("hook.state")}</th>
                  <th class="hide-m">{t("hook.url")}</th>
                  <th class="hide-m">{t("hook.events")}</th>
                  <th class="hide-m">{t("hook.last")}</th>
                  <th class="r">{t("hook.waiting")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((hook) => (
                  <tr key={hook.id} class="opens" data-hook={hook.name} onClick={() => go(`/webhooks/${hook.id}`)}>
                    <td class="wrap">
                      <a class="medium" href={`/webhooks/${hook.id}`}>
                        {hook.name}
                      </a>
                    </td>
                    <td>
                      <HookState hook={hook} />
                    </td>
                    <td class="t2 hide-m cut hook-url" title={hook.url}>
                      {hook.url}
                    </td>
                    <td class="hide-m">{hook.kinds.length === 0 ? t("hook.allEvents") : t("hook.eventCount", { n: hook.kinds.length, all: KINDS.length })}</td>
                    <td class="hide-m">
                      <LastDelivery hook={hook} />
                    </td>
                    <td class="num r">{hook.waiting}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : null}
      </section>
    </Shell>
  );
}
