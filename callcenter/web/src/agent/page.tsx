// The agent's page: the call on the left, the customer in the middle, notes and outcome on the right.
import { useEffect } from "preact/hooks";
import { askFormulas } from "../figures";
import { t } from "../i18n";
import { Icon } from "../parts/icons";
import { CustomerPanel, Timeline } from "../customer/panels";
import { Shell } from "../shell";
import { CallCard } from "./callcard";
import { callerNumber, MatchBar, preview, shownContact } from "./match";
import { currentCall } from "./desk";
import { held } from "./lead";
import { LeadPanel } from "./leadpanel";
import { Notes } from "./notes";
import { Outcome } from "./outcome";
import { MyCallbacks } from "./promised";
import { MyCalls, MyDay, MyQueues } from "./side";

export function AgentPage() {
  useEffect(() => void askFormulas(), []);
  const call = currentCall.value;
  const seen = preview.value;
  const lead = held.value?.data ?? null;
  const reading = lead !== null && call === null;
  const chip = call?.contact ? (
    <span class="chip chip-good">
      <Icon name="check" />
      {t("customer.confirmed")}
    </span>
  ) : seen?.tentative ? (
    <span class="chip chip-warn">
      <Icon name="warn" />
      {t(`customer.tentative.${seen.match === "last_7" ? "last_7" : "last_9"}`)}
    </span>
  ) : null;
  return (
    <Shell page="p-agent" title={t("nav.desk")}>
      <div class="col c-left">
        <CallCard />
        <MyCallbacks />
        <MyCalls />
        <MyDay />
      </div>
      <div class="col c-mid">
        {reading ? null : <MatchBar />}
        {lead && shownContact.value === null ? null : <CustomerPanel id={shownContact.value} fallback={call ? callerNumber(call) : ""} chip={chip} link empty={call ? t(call.look_up === "failed" ? "match.failed" : call.look_up === "pending" ? "lookUp.pending" : "customer.unknown") : t("customer.idle")} />}
        {lead ? <LeadPanel slim={shownContact.value !== null} /> : null}
        <Timeline id={shownContact.value} empty={lead ? t("lead.noTimeline") : call && call.look_up === "not_found" ? t("timeline.unknown") : t("timeline.idle")} />
      </div>
      <div class="col c-right">
        <MyQueues />
        <Notes />
        <Outcome />
      </div>
    </Shell>
  );
}
