// Customers by a filter: conditions that must all hold, counted while they are written, and made a list.
import { useEffect, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { ConditionBody, ListBody, TargetCountBody, TargetRequest } from "../api/types";
import { many } from "../campaigns/words";
import { language, t } from "../i18n";
import { Fault } from "../parts/controls";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { AMOUNTS, bare, conditionsOf, type Field, type Line } from "./conditions";
import { type Met, Naming, NEW, type Policy } from "./policy";

const FIELDS: readonly Field[] = [
  "name", "tier", "language", "account.name", "account.tier", "account.number", "account.address", "email", "note", "phone", "phone.label",
  "opportunity.name", "opportunity.stage", "opportunity.team", "opportunity.agent", "opportunity.value", "opportunity.probability",
]; // prettier-ignore
const TEXT_OPS = ["is", "is_not", "contains", "begins", "one_of", "empty", "not_empty"] as const;
const AMOUNT_OPS = ["at_least", "at_most", "is", "is_not"] as const;
const PAUSE_MS = 300;

export function TargetForm({ campaign }: { campaign: number }) {
  const [lines, setLines] = useState<readonly Line[]>([{ field: "tier", op: "is", text: "" }]);
  const [asked, setAsked] = useState<ConditionBody[]>([]);
  const [policy, setPolicy] = useState<Policy>(NEW);
  const [met, setMet] = useState<Met>({ name: "", priority: 0, share: 1 });
  const [fault, setFault] = useState<ApiFault | null>(null);
  const conditions = conditionsOf(lines);
  const word = JSON.stringify(conditions);
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(conditions), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [word]);
  const counted = useLoad(`target ${JSON.stringify(asked)}`, () => api.post<TargetCountBody>("/target-groups/count", { conditions: asked }));
  const change = (at: number, line: Line) => setLines(lines.map((each, place) => (place === at ? line : each)));
  const begin = async () => {
    const wanted: TargetRequest = { name: met.name.trim(), conditions, priority: met.priority, share: met.share, policy };
    try {
      go(`/lists/${(await api.create<ListBody>(`/campaigns/${campaign}/target-groups`, wanted)).id}`);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void begin();
      }}
    >
      <section class="plan-group">
        <p class="t2">{t("target.what")}</p>
        {lines.map((line, at) => (
          <Condition key={at} line={line} change={(to) => change(at, to)} remove={() => setLines(lines.filter((_, place) => place !== at))} />
        ))}
        <p>
          <button type="button" class="btn btn-sm" onClick={() => setLines([...lines, { field: "account.name", op: "contains", text: "" }])}>
            <Icon name="plus" size="sm" />
            {t("target.add")}
          </button>
        </p>
        {counted.fault ? <Fault fault={counted.fault} again={counted.reload} /> : null}
        <p class="counted" role="status" data-counted={counted.data?.with_number ?? ""}>
          {counted.data ? (
            counted.data.contacts === 0 ? (
              <span class="amber">{t("target.nobody")}</span>
            ) : (
              <>
                <b class="b">{t("target.counted", { n: many(counted.data.contacts), phones: many(counted.data.with_number) })}</b>{" "}
                <span class="t3">{counted.data.shown.length > 0 ? t("target.suchAs", { names: counted.data.shown.slice(0, 6).join(language.value === "zh" ? "、" : ", ") }) : ""}</span>
              </>
            )
          ) : counted.fault ? null : (
            <span class="t3">{t("target.counting")}</span>
          )}
        </p>
      </section>
      {fault ? <Fault fault={fault} /> : null}
      <Naming ofCustomers met={met} setMet={setMet} policy={policy} setPolicy={setPolicy} label={t("new.begin")} ready={(counted.data?.with_number ?? 0) > 0} />
    </form>
  );
}

function Condition({ line, change, remove }: { line: Line; change: (line: Line) => void; remove: () => void }) {
  const ops: readonly ConditionBody["op"][] = AMOUNTS.has(line.field) ? AMOUNT_OPS : TEXT_OPS;
  const to = (field: Field) => {
    const fits: readonly ConditionBody["op"][] = AMOUNTS.has(field) ? AMOUNT_OPS : TEXT_OPS;
    change({ ...line, field, op: fits.includes(line.op) ? line.op : fits[0]! });
  };
  return (
    <div class="condition">
      <select class="input" aria-label={t("target.field")} value={line.field} onChange={(event) => to(event.currentTarget.value as Field)}>
        {FIELDS.map((each) => (
          <option key={each} value={each}>
            {t(`crm.${each}`)}
          </option>
        ))}
      </select>
      <select class="input" aria-label={t("target.op")} value={line.op} onChange={(event) => change({ ...line, op: event.currentTarget.value as ConditionBody["op"] })}>
        {ops.map((each) => (
          <option key={each} value={each}>
            {t(`op.${each}`)}
          </option>
        ))}
      </select>
      {bare(line.op) ? (
        <span />
      ) : (
        <input class="input" aria-label={t("target.value")} placeholder={line.op === "one_of" ? t("oneOf") : ""} value={line.text} autocomplete="off" onInput={(event) => change({ ...line, text: event.currentTarget.value })} />
      )}
      <button type="button" class="btn btn-quiet btn-icon" title={t("target.remove")} aria-label={t("target.remove")} onClick={remove}>
        <Icon name="x" size="sm" />
      </button>
    </div>
  );
}
