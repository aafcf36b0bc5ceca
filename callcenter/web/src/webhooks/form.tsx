// What a webhook is told and where: for a new one, or to change one that there is.
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiFault } from "../api/http";
import type { WebhookBody, WebhookRequest } from "../api/types";
import { known, said, t } from "../i18n";
import { Icon } from "../parts/icons";
import { AGENT_KINDS, CALL_KINDS, type Kind } from "./kinds";

export type Wanted = Pick<Required<WebhookRequest>, "name" | "url" | "kinds" | "numbers">;

/** `send` resolves when it is done; a fault is shown here. `close` null: the form stays, and says that it is saved. */
export function WebhookForm({ hook, send, close }: { hook: WebhookBody | null; send: (wanted: Wanted) => Promise<unknown>; close: (() => void) | null }) {
  const [name, setName] = useState(hook?.name ?? "");
  const [url, setUrl] = useState(hook?.url ?? "");
  const [kinds, setKinds] = useState<readonly Kind[] | null>(hook && hook.kinds.length > 0 ? hook.kinds : null);
  const [numbers, setNumbers] = useState(hook?.numbers_allowed_by != null);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const [wrong, setWrong] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (hook) return;
    const before = document.activeElement;
    form.current?.querySelector("input")?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const edit = <T,>(set: (value: T) => void) => (value: T) => {
    setSaved(false);
    set(value);
  };
  const save = async () => {
    if (kinds?.length === 0) return setWrong(t("hook.noneChosen"));
    setBusy(true);
    setWrong("");
    try {
      await send({ name: name.trim(), url: url.trim(), kinds: [...(kinds ?? [])], numbers });
      setSaved(true);
    } catch (error) {
      setWrong(error instanceof ApiFault ? said(error.words) : String(error));
    }
    setBusy(false);
  };
  return (
    <form
      ref={form}
      class={`user-form hook-form ${hook ? "stays" : ""}`}
      aria-label={hook ? hook.name : t("hook.new")}
      onKeyDown={(event) => event.key === "Escape" && close?.()}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {hook ? null : <h2>{t("hook.new")}</h2>}
      <div class="fields">
        <label class="field">
          <span>{t("hook.name")}</span>
          <input class="input" name="name" required maxLength={100} value={name} autocomplete="off" onInput={(event) => edit(setName)(event.currentTarget.value)} />
        </label>
        <label class="field wide">
          <span>{t("hook.url")}</span>
          <input class="input" name="url" type="url" required maxLength={2000} value={url} placeholder="https://crm.example.org/hooks/calls" autocomplete="off" spellcheck={false} onInput={(event) => edit(setUrl)(event.currentTarget.value)} />
        </label>
      </div>
      <Kinds chosen={kinds} choose={edit(setKinds)} />
      <label class="row tick-row">
        <input type="checkbox" name="numbers" checked={numbers} onChange={() => edit(setNumbers)(!numbers)} />
        <span>
          {t("hook.numbers")}
          <span class="xs t3"> {t("hook.numbersWhy")}</span>
        </span>
      </label>
      {wrong ? (
        <p class="bad row light" role="alert">
          <Icon name="stop" size="sm" />
          {wrong}
        </p>
      ) : null}
      <div class="row wraps">
        <button class="btn btn-primary" disabled={busy}>
          {hook ? t("hook.save") : t("hook.create")}
        </button>
        {close ? (
          <button type="button" class="btn btn-quiet" onClick={close}>
            {t("hook.cancel")}
          </button>
        ) : null}
        {saved && hook ? (
          <span class="ok row light" role="status">
            <Icon name="check" size="sm" />
            {t("hook.saved")}
          </span>
        ) : null}
      </div>
    </form>
  );
}

/** All of them (null), or some. */
function Kinds({ chosen, choose }: { chosen: readonly Kind[] | null; choose: (kinds: readonly Kind[] | null) => void }) {
  const flip = (kind: Kind) => choose(chosen?.includes(kind) ? chosen.filter((each) => each !== kind) : [...(chosen ?? []), kind]);
  const group = (title: string, kinds: readonly Kind[]) => (
    <fieldset class="kinds">
      <legend class="xs t2">{title}</legend>
      {kinds.map((kind) => (
        <label key={kind} class="row tick-row" title={kind}>
          <input type="checkbox" name="kind" value={kind} checked={chosen?.includes(kind)} onChange={() => flip(kind)} />
          {known("kind", kind)}
        </label>
      ))}
    </fieldset>
  );
  return (
    <fieldset class="field">
      <legend class="xs t2 medium">{t("hook.events")}</legend>
      <div class="row wraps">
        <label class="row tick-row">
          <input type="radio" name="which" value="all" checked={chosen === null} onChange={() => choose(null)} />
          {t("hook.allEvents")}
        </label>
        <label class="row tick-row">
          <input type="radio" name="which" value="some" checked={chosen !== null} onChange={() => choose([])} />
          {t("hook.someEvents")}
        </label>
      </div>
      {chosen === null ? null : (
        <div class="kinds-box">
          {group(t("hook.callEvents"), CALL_KINDS)}
          {group(t("hook.agentEvents"), AGENT_KINDS)}
        </div>
      )}
    </fieldset>
  );
}
