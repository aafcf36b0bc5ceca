// Settings and plan of one campaign, in one form: how it dials, who works it, what is planned, what follows each outcome.
import { useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { CampaignBody, CampaignPatch, LawBody, LawListBody } from "../api/types";
import { percent } from "../format";
import { language, said, t } from "../i18n";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { session } from "../session";
import { Shell } from "../shell";
import { CallbackRules, Outcomes } from "./outcomes";
import { RetryTable } from "./retry";
import { Choice, Field, Group, Many, Whole } from "./fields";
import { hours } from "./plain";
import { mayPlan, name } from "./words";

const MODES = ["preview", "progressive", "predictive", "agentless"] as const;
const MACHINES = ["off", "hang_up", "message"] as const;
const PARTS = ["seller", "number", "purpose", "opt_out"] as const;

export function PlanPage({ id }: { id: number }) {
  const path = `/campaigns/${id}`;
  const loaded = useLoad(path, () => api.get<CampaignBody>(path));
  const laws = useLoad("laws", () => api.get<LawListBody>("/laws"));
  const campaign = loaded.data;
  return (
    <Shell page="p-customers p-people p-plan" title={t("nav.campaigns")}>
      <section class="panel customers" data-state={campaign ? "there" : loaded.fault ? "error" : "loading"}>
        <header class="panel-h row wraps">
          <a class="btn btn-quiet" href={path}>
            <Icon name="left" size="sm" />
            {t("camp.back")}
          </a>
          {campaign ? (
            <h2 class="cut">
              {name(campaign)} <span class="count">{t("set.title")}</span>
            </h2>
          ) : null}
        </header>
        {loaded.fault?.status === 404 ? <Empty icon="dial" title={t("camp.gone")} /> : loaded.fault ? <Fault fault={loaded.fault} again={loaded.reload} asOf={loaded.asOf} /> : null}
        {laws.fault ? <Fault fault={laws.fault} again={laws.reload} /> : null}
        {(!campaign || !laws.data) && !loaded.fault ? <SkeletonRows rows={10} height={52} /> : null}
        {campaign && laws.data ? <Form key={campaign.changed_at} campaign={campaign} choices={laws.data} saved={loaded.replace} reload={loaded.reload} /> : null}
      </section>
    </Shell>
  );
}

type Values = Required<Omit<CampaignPatch, "seen">>;

const FIELDS = [
  "label", "mode", "first_day", "last_day", "goal", "goal_outcomes", "planned_calls", "planned_minutes", "currency", "cost_per_call",
  "cost_per_minute", "expected_income", "budget", "priority", "share", "skill", "minimum_level", "teams", "caller_id", "law", "retry",
  "ring_ms", "wrap_up_ms", "preview_ms", "carrier", "lines", "message", "message_contains", "opt_out_key",
  "dispositions", "callbacks",
  "machines", "voicemail",
] as const; // prettier-ignore

/** What was changed, and nothing else: two people may change different things. */
function changes(before: CampaignBody, values: Values): Partial<Values> {
  return Object.fromEntries(FIELDS.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(values[field])).map((field) => [field, values[field]]));
}

/** Whether what was saved a moment ago still stands here: the form is made anew with what came back. */
let savedJustNow = 0;

function Form({ campaign, choices, saved, reload }: { campaign: CampaignBody; choices: LawListBody; saved: (body: CampaignBody) => void; reload: () => void }) {
  const [values, setValues] = useState<Values>(() => Object.fromEntries(FIELDS.map((field) => [field, campaign[field]])) as unknown as Values);
  const [wrong, setWrong] = useState<ApiFault | null>(null);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(savedJustNow === campaign.changed_at);
  const set = <K extends keyof Values>(field: K) => (value: Values[K]) => {
    setDone(false);
    setValues((before) => ({ ...before, [field]: value }));
  };
  const save = async () => {
    setBusy(true);
    try {
      const body = await api.patch<CampaignBody>(`/campaigns/${campaign.id}`, { seen: campaign.changed_at, ...changes(campaign, values) });
      savedJustNow = body.changed_at;
      setWrong(null);
      saved(body);
    } catch (error) {
      if (error instanceof ApiFault) setWrong(error);
    }
    setBusy(false);
  };
  const body = session.value!;
  const law = choices.items.find((each) => each.id === values.law);
  const named = (items: readonly { id: string; label: { en: string; zh: string } }[]) => items.map((each) => ({ value: each.id, label: said(each.label) }));
  const plain = (items: readonly string[]) => items.map((each) => ({ value: each, label: each }));
  const mine = mayPlan();
  return (
    <form
      class="scrolls plan-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <fieldset class="bare-set" disabled={!mine}>
        <Group title={t("set.dialing")}>
          <Field label={t("camp.name")} value={values.label.en} max={200} name="label" set={(en) => set("label")({ ...values.label, en })} />
          <Field label={t("camp.nameZh")} value={values.label.zh} max={200} name="label_zh" set={(zh) => set("label")({ ...values.label, zh })} />
          <Choice label={t("camp.mode")} name="mode" value={values.mode} options={MODES.map((each) => ({ value: each, label: t(`mode.${each}`) }))} what={t(`mode.${values.mode}.what`)} set={(mode) => set("mode")((mode || "preview") as Values["mode"])} />
          <Choice label={t("camp.law")} name="law" value={values.law} none={t("camp.noLaw")} options={named(choices.items)} what={law ? told(law) : ""} set={set("law")} />
          <Field label={t("set.callerId")} hint={t("set.callerIdWhat")} value={values.caller_id} max={40} name="caller_id" set={set("caller_id")} />
          <Choice label={t("set.carrier")} name="carrier" value={values.carrier} none={t("set.anyCarrier")} options={plain(choices.carriers)} set={set("carrier")} />
          <Whole label={t("set.ring")} value={values.ring_ms} per={1000} least={5} most={180} name="ring" set={set("ring_ms")} />
          <Whole label={t("set.lines")} value={values.lines} least={1} most={10_000} name="lines" set={set("lines")} />
          {values.mode === "preview" ? <Whole label={t("set.preview")} hint={t("set.previewWhat")} value={values.preview_ms} per={1000} least={0} most={3600} name="preview" set={set("preview_ms")} /> : null}
          <Choice label={t("set.message")} name="message" value={values.message} none={t("set.noMessage")} options={plain(choices.prompts)} set={set("message")} />
          {values.message === null ? null : (
            <>
              <Many label={t("set.contains")} chosen={values.message_contains} options={PARTS.map((each) => ({ value: each, label: t(`part.${each}`) }))} set={(chosen) => set("message_contains")(chosen as Values["message_contains"])} />
              <Choice label={t("set.optOutKey")} name="opt_out_key" value={values.opt_out_key} none={t("set.noKey")} options={plain([..."1234567890*#"])} set={set("opt_out_key")} />
            </>
          )}
          {values.mode === "preview" ? null : (
            <Choice label={t("set.machines")} name="machines" value={values.machines} options={MACHINES.map((each) => ({ value: each, label: t(`machines.${each}`) }))} what={values.mode === "agentless" && values.machines !== "off" ? t("machines.alone") : t(`machines.${values.machines}.what`)} set={(each) => set("machines")((each || "off") as Values["machines"])} />
          )}
          {values.mode === "preview" || values.machines !== "message" ? null : (
            <Choice label={t("set.voicemail")} name="voicemail" value={values.voicemail} none={t("set.noMessage")} options={plain(choices.prompts)} set={set("voicemail")} />
          )}
        </Group>
        <Group title={t("set.agents")} beside={t("camp.agentsOf", { n: campaign.agents })}>
          <Choice label={t("set.skill")} name="skill" value={values.skill} none={t("set.noSkill")} options={named(body.skills)} set={set("skill")} />
          {values.skill === null ? null : <Whole label={t("set.level")} value={values.minimum_level} least={1} most={5} name="level" set={set("minimum_level")} />}
          <Many label={t("set.teams")} chosen={values.teams} options={named(body.teams)} set={set("teams")} />
          <Whole label={t("set.wrapUp")} value={values.wrap_up_ms} per={1000} least={1} most={3600} name="wrap_up" set={set("wrap_up_ms")} />
          <Whole label={t("set.priority")} hint={t("set.priorityWhat")} value={values.priority} least={-1000} most={1000} name="priority" set={set("priority")} />
          <Whole label={t("set.share")} hint={t("set.shareWhat")} value={values.share} least={0.1} most={1000} step="any" name="share" set={set("share")} />
        </Group>
        <Group title={t("set.plan")}>
          <Field label={t("set.firstDay")} type="date" value={values.first_day ?? ""} name="first_day" set={(day) => set("first_day")(day || null)} />
          <Field label={t("set.lastDay")} type="date" value={values.last_day ?? ""} name="last_day" set={(day) => set("last_day")(day || null)} />
          <Whole label={t("set.goal")} value={values.goal} least={0} most={1e9} name="goal" set={set("goal")} />
          <Many label={t("set.goalOutcomes")} none="–" chosen={values.goal_outcomes} options={(values.dispositions.length > 0 ? values.dispositions : body.dispositions).map((each) => ({ value: each.code, label: said(each.label) }))} set={set("goal_outcomes")} />
          <Whole label={t("set.calls")} value={values.planned_calls} least={0} most={1e9} name="calls" set={set("planned_calls")} />
          <Whole label={t("set.minutes")} value={values.planned_minutes} least={0} most={1e9} name="minutes" set={set("planned_minutes")} />
          <Field label={t("set.currency")} value={values.currency} max={3} pattern="[A-Z]{3}" name="currency" set={(text) => set("currency")(text.toUpperCase())} />
          <Whole label={t("set.perCall")} value={values.cost_per_call} least={0} most={1e9} step="any" name="per_call" set={set("cost_per_call")} />
          <Whole label={t("set.perMinute")} value={values.cost_per_minute} least={0} most={1e9} step="any" name="per_minute" set={set("cost_per_minute")} />
          <Whole label={t("set.budget")} value={values.budget} least={0} most={1e12} step="any" name="budget" set={set("budget")} />
          <Whole label={t("set.income")} value={values.expected_income} least={0} most={1e12} step="any" name="income" set={set("expected_income")} />
        </Group>
        <Outcomes list={values.dispositions} teams={named(body.teams)} set={set("dispositions")} />
        <CallbackRules plan={values.callbacks} set={set("callbacks")} />
        <RetryTable retry={values.retry} set={set("retry")} />
      </fieldset>
      {mine ? (
        <div class="row wraps form-foot">
          <button class="btn btn-primary" disabled={busy}>
            {t("set.save")}
          </button>
          {done ? (
            <span class="ok row light" role="status">
              <Icon name="check" size="sm" />
              {t("set.saved")}
            </span>
          ) : null}
          {wrong ? (
            <span class="bad row light" role="alert">
              <Icon name="stop" size="sm" />
              {said(wrong.words)}
            </span>
          ) : null}
          {wrong?.code === "conflict" ? (
            <button type="button" class="btn" onClick={reload}>
              {t("set.reload")}
            </button>
          ) : null}
        </div>
      ) : null}
    </form>
  );
}

/** What a law pack asks for, in a few sentences. */
function told(law: LawBody): string {
  if (law.version === null) return t("set.lawNone");
  const says = [t("set.lawHours", { hours: hours(law) })];
  if (law.abandon_share !== null) says.push(t("set.lawCap", { cap: percent(law.abandon_share, 1) }));
  if (law.registries.length > 0) says.push(t("set.lawRegistries", { names: law.registries.join(", ") }));
  if (law.message) says.push(t("set.lawMessage"));
  if (law.caller_id) says.push(t("set.lawCallerId"));
  return says.join(language.value === "zh" ? "" : " ");
}
