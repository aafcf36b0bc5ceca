// A webhook's secret: shown here once, to be copied to the receiver, and kept nowhere.
import { useEffect, useRef, useState } from "preact/hooks";
import type { WebhookSecretBody } from "../api/types";
import { t } from "../i18n";
import { Icon } from "../parts/icons";
import { moment } from "./state";

export function Secret({ made, close }: { made: WebhookSecretBody; close: () => void }) {
  const [copied, setCopied] = useState(false);
  const shown = useRef<HTMLOutputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), [made]);
  const until = made.webhook.old_key_until;
  const copy = async () => {
    if (!shown.current) return;
    getSelection()?.selectAllChildren(shown.current);
    setCopied(await toClipboard(made.secret));
  };
  return (
    <div class="banner one-time secret" role="status">
      <Icon name="info" />
      <div class="grow">
        <div class="b">{t("hook.secretOf", { name: made.webhook.name })}</div>
        <div class="row wraps">
          <output ref={shown} class="mono more-words" data-secret>
            {made.secret}
          </output>
          <button ref={button} class="btn btn-sm" onClick={() => void copy()}>
            <Icon name={copied ? "check" : "copy"} size="sm" />
            {copied ? t("hook.copied") : t("hook.copy")}
          </button>
        </div>
        <div class="xs t2">
          {t("hook.secretOnce")} {until > 0 ? t("hook.secretBoth", { time: moment(until) }) : ""}
        </div>
      </div>
      <button class="btn btn-quiet btn-icon" aria-label={t("close")} onClick={close}>
        <Icon name="x" />
      </button>
    </div>
  );
}

/** Whether it is there now. Pages over plain http have no clipboard but the old one, which takes what is selected. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
