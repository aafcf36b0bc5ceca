// What the campaign's agents choose from when a call is over, and what follows each; how callbacks are kept.
import type { CampaignBody, DispositionBody } from "../api/types";
import { t } from "../i18n";
import { Icon } from "../parts/icons";
import { Group, Whole } from "./fields";
import { MINUTE } from "./plain";

const HOUR = 60 * MINUTE;
const MOST = 30;
const RESULTS = ["success", "neutral", "failure"] as const;
const FOLLOWS = ["plan", "done", "rule", "later", "callback", "opportunity", "do_not_call"] as const;
/** Outcomes of a dial whose rule somebody who talked may mean. */
const LIKE = ["busy", "no_answer", "invalid", "machine"] as const;

const FRESH: DispositionBody = { code: "", label: { en: "", zh: "" }, result: "neutral", follow: "done", like: "no_answer", after_ms: 24 * HOUR, probability: 0.5, value: 0, team: null };

export function Outcomes({ list, teams, set }: { list: readonly DispositionBody[]; teams: readonly { value: string; label: string }[]; set: (list: DispositionBody[]) => void }) {
  const change = (place: number, more: Partial<DispositionBody>) => set(list.map((each, index) => (index === place ? { ...each, ...more } : each)));
  return (
    <section class="plan-group" data-group="outcomes">
      <h3>{t("out.title")}</h3>
      {list.length === 0 ? <p class="xs t3">{t("out.none")}</p> : null}
      {list.length > 0 ? (
        <div class="tbl-x">
          <table class="tbl tight outcomes-table">
            <thead>
              <tr>
                <th>{t("out.code")}</th>
                <th>{t("out.en")}</th>
                <th>{t("out.zh")}</th>
                <th>{t("out.result")}</th>
                <th>{t("out.follow")}</th>
                <th>{t("out.detail")}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {list.map((each, place) => (
                <tr key={place} data-outcome={each.code}>
                  <td>
                    <input class="input narrow" aria-label={t("out.code")} name="out_code" required pattern="[a-z0-9][a-z0-9_\-]{0,63}" value={each.code} onInput={(event) => change(place, { code: event.currentTarget.value })} />
                  </td>
                  <td>
                    <input class="input" aria-label={t("out.en")} name="out_en" required maxLength={200} value={each.label.en} onInput={(event) => change(place, { label: { ...each.label, en: event.currentTarget.value } })} />
                  </td>
                  <td>
                    <input class="input" aria-label={t("out.zh")} name="out_zh" required maxLength={200} value={each.label.zh} onInput={(event) => change(place, { label: { ...each.label, zh: event.currentTarget.value } })} />
                  </td>
                  <td>
                    <Words label={t("out.result")} name="out_result" value={each.result} options={RESULTS} prefix="result" set={(result) => change(place, { result })} />
                  </td>
                  <td>
                    <Words label={t("out.follow")} name="out_follow" value={each.follow} options={FOLLOWS} prefix="follow" set={(follow) => change(place, { follow })} />
                  </td>
                  <td>
                    <Detail one={each} teams={teams} change={(more) => change(place, more)} />
                  </td>
                  <td>
                    <button type="button" class="btn btn-sm btn-icon" aria-label={t("out.remove", { code: each.code })} title={t("out.remove", { code: each.code })} onClick={() => set(list.filter((_, index) => index !== place))}>
                      <Icon name="x" size="sm" />
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <button type="button" class="btn btn-sm" data-act="add-outcome" disabled={list.length >= MOST} onClick={() => set([...list, FRESH])}>
        <Icon name="plus" size="sm" />
        {t("out.add")}
      </button>
    </section>
  );
}

function Words<T extends string>(props: { label: string; name: string; value: T; options: readonly T[]; prefix: string; set: (value: T) => void }) {
  return (
    <select class="input" aria-label={props.label} name={props.name} value={props.value} onChange={(event) => props.set(event.currentTarget.value as T)}>
      {props.options.map((each) => (
        <option key={each} value={each}>
          {t(`${props.prefix}.${each}` as Parameters<typeof t>[0])}
        </option>
      ))}
    </select>
  );
}

function Detail({ one, teams, change }: { one: DispositionBody; teams: readonly { value: string; label: string }[]; change: (more: Partial<DispositionBody>) => void }) {
  if (one.follow === "rule") return <Words label={t("out.detail")} name="out_like" value={one.like as (typeof LIKE)[number]} options={LIKE} prefix="dialed" set={(like) => change({ like })} />;
  if (one.follow === "later") {
    return (
      <span class="row">
        <input class="input num narrow" type="number" name="out_hours" aria-label={t("out.hours")} min={0} max={8784} step="any" value={one.after_ms / HOUR} onInput={(event) => change({ after_ms: Math.round(Math.max(0, event.currentTarget.valueAsNumber || 0) * HOUR) })} />
        <span class="xs t3">{t("out.hours")}</span>
      </span>
    );
  }
  if (one.follow !== "opportunity") return null;
  return (
    <span class="row wraps">
      <input class="input num narrow" type="number" name="out_probability" aria-label={t("out.probability")} title={t("out.probability")} min={0} max={100} value={Math.round(one.probability * 100)} onInput={(event) => change({ probability: Math.min(100, Math.max(0, event.currentTarget.valueAsNumber || 0)) / 100 })} />
      <input class="input num narrow" type="number" name="out_value" aria-label={t("out.value")} title={t("out.value")} min={0} max={1e12} step="any" value={one.value} onInput={(event) => change({ value: Math.max(0, event.currentTarget.valueAsNumber || 0) })} />
      <select class="input" name="out_team" aria-label={t("out.team")} value={one.team ?? ""} onChange={(event) => change({ team: event.currentTarget.value || null })}>
        <option value="">–</option>
        {teams.map((team) => (
          <option key={team.value} value={team.value}>
            {team.label}
          </option>
        ))}
      </select>
    </span>
  );
}

export function CallbackRules({ plan, set }: { plan: CampaignBody["callbacks"]; set: (plan: CampaignBody["callbacks"]) => void }) {
  return (
    <Group title={t("out.callbacks")}>
      <Whole label={t("out.remind")} value={plan.remind_before_ms} per={MINUTE} least={0} most={60} name="remind" set={(remind_before_ms) => set({ ...plan, remind_before_ms })} />
      <Whole label={t("out.waits")} value={plan.owner_waits_ms} per={MINUTE} least={0} most={43_200} name="owner_waits" set={(owner_waits_ms) => set({ ...plan, owner_waits_ms })} />
      <Whole label={t("out.expires")} value={plan.expires_ms} per={HOUR} least={0} most={720} name="expires" set={(expires_ms) => set({ ...plan, expires_ms })} />
    </Group>
  );
}
