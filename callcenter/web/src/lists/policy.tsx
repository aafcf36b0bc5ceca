// How a new list is called and dialed, and what becomes of numbers that are met again: the same for files and for customers.
import type { PolicyBody } from "../api/types";
import { Whole } from "../campaigns/fields";
import { t } from "../i18n";

export type Policy = Required<PolicyBody>;

export interface Met {
  readonly name: string;
  readonly priority: number;
  readonly share: number;
}

export const NEW: Policy = { in_list: "refuse", in_campaign: "refuse", contacts: "link", do_not_call: "refuse" };

export function Naming(props: { met: Met; setMet: (met: Met) => void; policy: Policy; setPolicy: (policy: Policy) => void; label: string; ready: boolean; ofCustomers?: boolean }) {
  const { met, policy } = props;
  const choice = <K extends keyof Policy>(field: K, label: string, options: readonly [Policy[K], string][]) => (
    <label class="field">
      <span>{label}</span>
      <select class="input" name={field} value={policy[field]} onChange={(event) => props.setPolicy({ ...policy, [field]: event.currentTarget.value })}>
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <section class="plan-group">
        <h3>{t("new.met")}</h3>
        <div class="fields">
          {props.ofCustomers ? null : choice("in_list", t("new.inList"), [["refuse", t("policy.refuse")], ["keep", t("policy.keep")]])}
          {choice("in_campaign", t("new.inCampaign"), [["refuse", t("policy.refuse")], ["keep", t("policy.keep")]])}
          {props.ofCustomers ? null : choice("contacts", t("new.contacts"), [["link", t("policy.link")], ["refuse", t("policy.refuse")], ["ignore", t("policy.ignore")]])}
          {choice("do_not_call", t("new.doNotCall"), [["refuse", t("policy.refuse")], ["keep", t("policy.keepHeld")]])}
        </div>
      </section>
      <div class="fields naming">
        <label class="field">
          <span>{t("list.name")}</span>
          <input class="input" name="list" required maxLength={200} value={met.name} autocomplete="off" onInput={(event) => props.setMet({ ...met, name: event.currentTarget.value })} />
        </label>
        <Whole label={t("list.priority")} hint={t("set.priorityWhat")} value={met.priority} least={-1000} most={1000} name="priority" set={(priority) => props.setMet({ ...met, priority })} />
        <Whole label={t("list.share")} hint={t("set.shareWhat")} value={met.share} least={0.1} most={1000} step="any" name="share" set={(share) => props.setMet({ ...met, share })} />
        <div class="field">
          <span>&nbsp;</span>
          <button class="btn btn-primary btn-tall" disabled={!props.ready}>
            {props.label}
          </button>
        </div>
      </div>
    </>
  );
}
