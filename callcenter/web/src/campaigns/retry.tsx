// What follows each outcome of a dial: whether, how often, after how long, at which other time or number it is tried again.
import { useState } from "preact/hooks";
import type { RetryBody, RetryRuleBody } from "../api/types";
import { t } from "../i18n";
import { Whole } from "./fields";
import { MINUTE, waitsOf } from "./plain";

const DAY = 86_400_000;

const written = (waits: readonly number[]) => waits.map((wait) => String(Math.round((wait / MINUTE) * 100) / 100)).join(", ");

export function RetryTable({ retry, set }: { retry: RetryBody; set: (retry: RetryBody) => void }) {
  const change = (rule: RetryRuleBody) => set({ ...retry, rules: retry.rules.map((each) => (each.outcome === rule.outcome ? rule : each)) });
  const again = retry.recycling;
  return (
    <section class="plan-group">
      <h3>{t("set.retry")}</h3>
      <div class="tbl-x">
        <table class="tbl tight retry">
          <thead>
            <tr>
              <th>{t("set.outcome")}</th>
              <th>{t("set.again")}</th>
              <th>{t("set.attempts")}</th>
              <th title={t("set.waitsWhat")}>{t("set.waits")}</th>
              <th>{t("set.otherPart")}</th>
              <th>{t("set.nextNumber")}</th>
            </tr>
          </thead>
          <tbody>
            {retry.rules.map((rule) => (
              <Row key={rule.outcome} rule={rule} change={change} />
            ))}
          </tbody>
        </table>
      </div>
      <div class="fields">
        <Whole label={t("set.most")} value={retry.most_attempts} least={1} most={100} name="most" set={(most_attempts) => set({ ...retry, most_attempts })} />
        <div class="field">
          <span>{t("set.recycle")}</span>
          <div class="row">
            <input type="checkbox" name="recycle" aria-label={t("set.recycle")} checked={again !== null} onChange={() => set({ ...retry, recycling: again ? null : { after_ms: 30 * DAY, rounds: 1 } })} />
            {again ? (
              <>
                <input class="input num narrow" type="number" name="recycle_days" aria-label={t("set.recycle")} min={1} max={400} value={again.after_ms / DAY} onInput={(event) => set({ ...retry, recycling: { ...again, after_ms: Math.max(1, event.currentTarget.valueAsNumber || 1) * DAY } })} />
                <span class="xs t3">{t("set.recycleDays")}</span>
                <input class="input num narrow" type="number" name="rounds" aria-label={t("set.rounds")} min={1} max={20} value={again.rounds} onInput={(event) => set({ ...retry, recycling: { ...again, rounds: Math.max(1, event.currentTarget.valueAsNumber || 1) } })} />
                <span class="xs t3">{t("set.rounds")}</span>
              </>
            ) : (
              <span class="xs t3">{t("set.recycleDays")}</span>
            )}
          </div>
        </div>
      </div>
    </section>
  );
}

function Row({ rule, change }: { rule: RetryRuleBody; change: (rule: RetryRuleBody) => void }) {
  const [waits, setWaits] = useState(written(rule.waits_ms));
  const outcome = t(`dialed.${rule.outcome}`);
  const wait = (text: string, field: HTMLInputElement) => {
    setWaits(text);
    const found = waitsOf(text);
    field.setCustomValidity(found ? "" : t("set.badWaits"));
    if (found) change({ ...rule, waits_ms: found });
  };
  const tick = (name: "again" | "other_part" | "next_number", label: string, off = false) => (
    <input type="checkbox" aria-label={`${outcome}: ${label}`} disabled={off} checked={rule[name]} onChange={() => change({ ...rule, [name]: !rule[name] })} />
  );
  return (
    <tr data-outcome={rule.outcome} class={rule.again ? "" : "t3"}>
      <td class="medium">{outcome}</td>
      <td data-label={t("set.again")}>{tick("again", t("set.again"))}</td>
      <td data-label={t("set.attempts")}>
        <input class="input num narrow" type="number" aria-label={`${outcome}: ${t("set.attempts")}`} min={1} max={100} disabled={!rule.again} value={rule.attempts} onInput={(event) => change({ ...rule, attempts: Math.max(1, Math.round(event.currentTarget.valueAsNumber || 1)) })} />
      </td>
      <td data-label={t("set.waits")}>
        <input class="input num" aria-label={`${outcome}: ${t("set.waits")}`} title={t("set.waitsWhat")} disabled={!rule.again} value={waits} onInput={(event) => wait(event.currentTarget.value, event.currentTarget)} />
      </td>
      <td data-label={t("set.otherPart")}>{tick("other_part", t("set.otherPart"), !rule.again)}</td>
      <td data-label={t("set.nextNumber")}>{tick("next_number", t("set.nextNumber"), !rule.again)}</td>
    </tr>
  );
}
