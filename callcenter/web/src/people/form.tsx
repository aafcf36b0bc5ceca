// One log-in's rights: for a new one, or to change one that there is. What ends sessions says so on its button.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { AgentBody, OneTimeBody, UserBody } from "../api/types";
import { said, t } from "../i18n";
import { Icon } from "../parts/icons";
import { type Role, ROLES } from "../rights";
import { session } from "../session";

export function UserForm({ user, agents, done, close }: { user: UserBody | null; agents: readonly AgentBody[]; done: (made: OneTimeBody | null) => void; close: () => void }) {
  const [login, setLogin] = useState("");
  const [role, setRole] = useState<Role>(user?.role ?? "agent");
  const [agent, setAgent] = useState(user?.agent ?? "");
  const [teams, setTeams] = useState<readonly string[] | null>(user?.teams ?? null);
  const [asked, setAsked] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    form.current?.querySelector<HTMLElement>("input, select")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const rights = { role, agent: agent || null, teams: role === "supervisor" ? teams : null };

  const act = async (work: () => Promise<OneTimeBody | null>) => {
    setBusy(true);
    setWrong("");
    try {
      done(await work());
    } catch (error) {
      setWrong(error instanceof ApiFault ? said(error.words) : String(error));
      setBusy(false);
    }
  };
  const nothing = async (work: Promise<unknown>) => {
    await work;
    return null;
  };
  const save = () => act(() => (user ? nothing(api.patch(`/users/${user.id}`, rights)) : api.create<OneTimeBody>("/users", { login, ...rights })));
  /** What cannot be taken back is asked once more, on the button itself. */
  const sure = (name: string, label: string, work: () => Promise<OneTimeBody | null>) => (
    <button type="button" class="btn" disabled={busy} onBlur={() => setAsked("")} onClick={() => (asked === name ? void act(work) : setAsked(name))}>
      {asked === name ? t("people.sure") : label}
    </button>
  );
  return (
    <form
      ref={form}
      class="user-form"
      aria-label={user ? t("people.edit", { login: user.login }) : t("people.new")}
      onKeyDown={(event) => event.key === "Escape" && close()}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{user ? t("people.edit", { login: user.login }) : t("people.new")}</h2>
      <div class="fields">
        {user ? null : (
          <label class="field">
            <span>{t("people.login")}</span>
            <input class="input" name="login" required maxLength={64} value={login} autocomplete="off" onInput={(event) => setLogin(event.currentTarget.value)} />
          </label>
        )}
        <label class="field">
          <span>{t("people.role")}</span>
          <select class="input" name="role" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
            {ROLES.map((each) => (
              <option key={each} value={each}>
                {t(`role.${each}`)}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>{t("people.desk")}</span>
          <select class="input" name="agent" value={agent} required={role === "agent"} onChange={(event) => setAgent(event.currentTarget.value)}>
            <option value="">{t("people.noDesk")}</option>
            {agents.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name} ({each.id})
              </option>
            ))}
          </select>
        </label>
        {role === "supervisor" ? <Teams chosen={teams} choose={setTeams} /> : null}
      </div>
      {user ? <p class="xs t3">{t("people.ends")}</p> : null}
      {wrong ? (
        <p class="bad row light" role="alert">
          <Icon name="stop" size="sm" />
          {wrong}
        </p>
      ) : null}
      <div class="row wraps">
        <button class="btn btn-primary" disabled={busy}>
          {user ? t("people.save") : t("people.create")}
        </button>
        {user ? sure("reset", t("people.reset"), () => api.post<OneTimeBody>(`/users/${user.id}/password`)) : null}
        {user ? sure("end", t("people.end"), () => nothing(api.delete(`/users/${user.id}/sessions`))) : null}
        {user ? sure("close", user.active ? t("people.close") : t("people.open"), () => nothing(api.patch(`/users/${user.id}`, { active: !user.active }))) : null}
        <button type="button" class="btn btn-quiet" onClick={close}>
          {t("people.cancel")}
        </button>
      </div>
    </form>
  );
}

/** The whole center, or some of its teams. */
function Teams({ chosen, choose }: { chosen: readonly string[] | null; choose: (teams: readonly string[] | null) => void }) {
  const all = session.value?.teams ?? [];
  return (
    <fieldset class="field">
      <legend>{t("people.teams")}</legend>
      <label class="row">
        <input type="checkbox" checked={chosen === null} onChange={() => choose(chosen === null ? [] : null)} />
        {t("people.allTeams")}
      </label>
      {chosen === null
        ? null
        : all.map((team) => (
            <label key={team.id} class="row">
              <input type="checkbox" name="team" value={team.id} checked={chosen.includes(team.id)} onChange={() => choose(chosen.includes(team.id) ? chosen.filter((each) => each !== team.id) : [...chosen, team.id])} />
              {said(team.label)}
            </label>
          ))}
    </fieldset>
  );
}
