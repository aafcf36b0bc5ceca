// Where the pages start: who is signed in decides what is shown at which address.
import { effect } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { endDesk, startDesk } from "./agent/desk";
import { AgentPage } from "./agent/page";
import { BoardPage } from "./board/page";
import { CampaignsPage } from "./campaigns/page";
import { PlanPage } from "./campaigns/plan";
import { CustomersPage } from "./customer/list";
import { CustomerPage } from "./customer/page";
import { said, t, language } from "./i18n";
import { startKeys } from "./keys";
import { DoNotCallPage } from "./lists/barred";
import { NewListPage } from "./lists/new";
import { ListPage } from "./lists/one";
import { startTicking } from "./live/clock";
import { Icon, Mark } from "./parts/icons";
import { AuditPage } from "./people/audit";
import { OwnPasswordPage } from "./people/own";
import { PeoplePage } from "./people/page";
import { has } from "./rights";
import { go, place, startRouting } from "./router";
import { ask, home, session, unreached } from "./session";
import { SignInPage } from "./signin/page";
import { StatisticsPage } from "./statistics/page";
import { WebhooksPage } from "./webhooks/list";
import { WebhookPage } from "./webhooks/one";

function App() {
  const { path } = place.value;
  const who = session.value;
  if (path === "/signin" && who !== undefined && who === null) return <SignInPage />;
  if (who === undefined) return <Waiting />;
  if (who === null) return <SignInPage />;
  if (who.choose_password) return <OwnPasswordPage />;
  if (path === "/" || path === "/signin") return <Elsewhere to={home(who)} />;
  if (!has(who.role, path)) return <Elsewhere to={home(who)} />;
  if (path === "/agent") return <AgentPage />;
  if (path === "/board") return <BoardPage />;
  if (path === "/statistics") return <StatisticsPage />;
  if (path === "/people") return <PeoplePage />;
  if (path === "/audit") return <AuditPage />;
  if (path === "/webhooks") return <WebhooksPage />;
  const hook = /^\/webhooks\/(\d+)$/.exec(path);
  if (hook) return <WebhookPage key={hook[1]} id={Number(hook[1])} />;
  if (path === "/campaigns") return <CampaignsPage id={null} />;
  const campaign = /^\/campaigns\/(\d+)(\/plan|\/new-list)?$/.exec(path);
  if (campaign) {
    const id = Number(campaign[1]);
    if (campaign[2] === "/plan") return <PlanPage key={id} id={id} />;
    return campaign[2] ? <NewListPage key={id} id={id} /> : <CampaignsPage id={id} />;
  }
  const list = /^\/lists\/(\d+)$/.exec(path);
  if (list) return <ListPage key={list[1]} id={Number(list[1])} />;
  if (path === "/do-not-call") return <DoNotCallPage />;
  if (path === "/customers") return <CustomersPage />;
  const customer = /^\/customers\/(\d+)$/.exec(path);
  if (customer) return <CustomerPage key={customer[1]} id={Number(customer[1])} />;
  return <Elsewhere to={home(who)} />;
}

function Elsewhere({ to }: { to: string }) {
  useEffect(() => go(to, true), [to]);
  return null;
}

/** Before anything is known; says so when the service cannot be reached. */
function Waiting() {
  return (
    <div class="waiting" role="status">
      <Mark />
      {unreached.value ? (
        <p class="amber row light">
          <Icon name="wifi" size="sm" />
          {said(unreached.value.words)}
        </p>
      ) : (
        <p class="t3">{t("loading")}</p>
      )}
    </div>
  );
}

language.value = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
startTicking();
startRouting();
startKeys();
effect(() => {
  if (session.value?.agent && session.value.role === "agent" && !session.value.choose_password) startDesk();
  else endDesk();
});
render(<App />, document.body);
void ask();
