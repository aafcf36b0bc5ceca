// The calls that a campaign's agents have promised: whose, for when, what to say; moved and cancelled by whoever plans campaigns.
import { api } from "../api/http";
import { usePolled } from "../api/poll";
import type { CallbackListBody, CampaignBody } from "../api/types";
import { Promises } from "../agent/promised";
import { t } from "../i18n";
import { mayPlan } from "./words";

const LOOK_MS = 10_000;

export function Promised({ campaign }: { campaign: CampaignBody }) {
  const base = `/campaigns/${campaign.id}/callbacks`;
  const loaded = usePolled(base, () => api.get<CallbackListBody>(base), () => LOOK_MS);
  const items = loaded.data?.items ?? [];
  return (
    <section class="panel" data-panel="callbacks" data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
      <header class="panel-h">
        <h2>
          {t("promised.title")} {loaded.data ? <span class="count">{items.length}</span> : null}
        </h2>
      </header>
      <Promises items={items} loaded={loaded} changes={mayPlan()} />
    </section>
  );
}
