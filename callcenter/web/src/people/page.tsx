// Log-ins: who may come in, with which rights; made, changed and closed by an administrator, seen by an auditor.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { AgentListBody, OneTimeBody, UserBody, UserListBody } from "../api/types";
import { DASH, clock, date } from "../format";
import { language, t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { session, teamName, zone } from "../session";
import { Shell } from "../shell";
import { UserForm } from "./form";
import { OneTime } from "./onetime";

export function PeoplePage() {
  const loaded = useLoad("log-ins", () => api.get<UserListBody>("/users"));
  const agents = useLoad("agents of the center", () => api.get<AgentListBody>("/agents"));
  const [text, setText] = useState("");
  const [open, setOpen] = useState<number | "new" | null>(null);
  const [password, setPassword] = useState<OneTimeBody | null>(null);
  const changes = session.value?.role === "administrator";
  const items = (loaded.data?.items ?? []).filter((user) => matches(user, text));
  const chosen = loaded.data?.items.find((user) => user.id === open) ?? null;
  const done = (made: OneTimeBody | null) => {
    setPassword(made);
    setOpen(null);
    loaded.reload();
  };
  const deskName = (id: string | null) => (id === null ? DASH : (agents.data?.items.find((agent) => agent.id === id)?.name ?? id));
  return (
    <Shell page="p-customers p-people" title={t("nav.people")}>
      <section class="panel customers" data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
        <header class="panel-h row">
          <div class="find wide grow">
            <Icon name="search" />
            <input class="bare" value={text} placeholder={t("people.find")} aria-label={t("people.find")} autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} />
          </div>
          {changes ? (
            <button class="btn btn-primary" aria-expanded={open === "new"} onClick={() => setOpen(open === "new" ? null : "new")}>
              <Icon name="plus" />
              {t("people.new")}
            </button>
          ) : null}
        </header>
        {password ? <OneTime made={password} close={() => setPassword(null)} /> : null}
        {open === "new" || chosen ? <UserForm key={String(open)} user={chosen} agents={agents.data?.items ?? []} done={done} close={() => setOpen(null)} /> : null}
        {loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
        {!loaded.data && !loaded.fault ? <SkeletonRows rows={10} height={40} /> : null}
        {loaded.data && items.length === 0 ? <Empty icon="users" title={t("people.none")} /> : null}
        {items.length > 0 ? (
          <div class="scrolls tbl-x">
            <table class="tbl">
              <thead>
                <tr>
                  <th>{t("people.login")}</th>
                  <th>{t("people.role")}</th>
                  <th class="hide-m">{t("people.desk")}</th>
                  <th class="hide-m">{t("people.teams")}</th>
                  <th>{t("people.state")}</th>
                  <th class="hide-m">{t("people.seen")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((user) => (
                  <tr key={user.id} class={`wraps-m ${user.active ? "" : "t3"}`} data-login={user.login}>
                    <td>
                      {changes ? (
                        <button class="linkbtn" aria-expanded={open === user.id} onClick={() => setOpen(open === user.id ? null : user.id)}>
                          {user.login}
                        </button>
                      ) : (
                        user.login
                      )}
                    </td>
                    <td>{t(`role.${user.role}`)}</td>
                    <td class="hide-m">{deskName(user.agent)}</td>
                    <td class="hide-m">{user.role === "supervisor" ? (user.teams?.map(teamName).join(", ") ?? t("people.allTeams")) : DASH}</td>
                    <td>{stateOf(user)}</td>
                    <td class="num hide-m">{user.seen_at === null ? DASH : `${date(user.seen_at, language.value, zone.value)}, ${clock(user.seen_at, language.value, zone.value)}`}</td>
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

function matches(user: UserBody, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return user.login.includes(wanted) || t(`role.${user.role}`).toLowerCase().includes(wanted);
}

function stateOf(user: UserBody): string {
  if (!user.active) return t("people.closed");
  const now = user.sessions > 0 ? t("people.signedIn") : t("people.signedOut");
  return user.one_time_until === null ? now : `${now} · ${t("people.oneTime")}`;
}
