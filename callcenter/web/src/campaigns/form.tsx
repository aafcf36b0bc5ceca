// A new campaign: its name, how it dials, by which law. Everything else is planned on its own page.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { CampaignBody, CampaignCreate, LawListBody } from "../api/types";
import { said, t } from "../i18n";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { shortOf } from "./plain";

const MODES = ["preview", "progressive", "predictive", "agentless"] as const;

export function CampaignForm({ close }: { close: () => void }) {
  const [en, setEn] = useState("");
  const [zh, setZh] = useState("");
  const [short, setShort] = useState<string | null>(null);
  const [mode, setMode] = useState<CampaignBody["mode"]>("preview");
  const [law, setLaw] = useState("");
  const [wrong, setWrong] = useState("");
  const laws = useLoad("laws", () => api.get<LawListBody>("/laws"));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const name = short ?? shortOf(en);
  const make = async () => {
    const wanted: CampaignCreate = { name, label: { en: en.trim(), zh: zh.trim() }, mode, law: law || null };
    try {
      const made = await api.create<CampaignBody>("/campaigns", wanted);
      close();
      go(`/campaigns/${made.id}/plan`);
    } catch (error) {
      setWrong(error instanceof ApiFault ? said(error.words) : String(error));
    }
  };
  return (
    <section class="panel">
      <form
        ref={form}
        class="user-form stack-form"
        aria-label={t("camp.new")}
        onKeyDown={(event) => event.key === "Escape" && close()}
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <h2>{t("camp.new")}</h2>
        <label class="field">
          <span>{t("camp.name")}</span>
          <input class="input" name="en" required maxLength={200} value={en} autocomplete="off" onInput={(event) => setEn(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("camp.nameZh")}</span>
          <input class="input" name="zh" maxLength={200} value={zh} autocomplete="off" onInput={(event) => setZh(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>
            {t("camp.short")} <span class="t3">{t("camp.shortWhat")}</span>
          </span>
          <input class="input mono" name="short" required pattern="[a-z0-9][a-z0-9_\-]*" maxLength={64} value={name} autocomplete="off" spellcheck={false} onInput={(event) => setShort(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("camp.mode")}</span>
          <select class="input" name="mode" value={mode} onChange={(event) => setMode(event.currentTarget.value as CampaignBody["mode"])}>
            {MODES.map((each) => (
              <option key={each} value={each}>
                {t(`mode.${each}`)}
              </option>
            ))}
          </select>
          <span class="xs t3">{t(`mode.${mode}.what`)}</span>
        </label>
        <label class="field">
          <span>{t("camp.law")}</span>
          <select class="input" name="law" value={law} onChange={(event) => setLaw(event.currentTarget.value)}>
            <option value="">{t("camp.noLaw")}</option>
            {laws.data?.items.map((each) => (
              <option key={each.id} value={each.id}>
                {said(each.label)}
              </option>
            ))}
          </select>
        </label>
        {wrong ? (
          <p class="bad row light" role="alert">
            <Icon name="stop" size="sm" />
            {wrong}
          </p>
        ) : null}
        <div class="row wraps">
          <button class="btn btn-primary">{t("camp.create")}</button>
          <button type="button" class="btn btn-quiet" onClick={close}>
            {t("camp.cancel")}
          </button>
        </div>
      </form>
    </section>
  );
}
