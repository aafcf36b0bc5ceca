// The keypad during a call: digits go to the other side as tones, by mouse and by the keyboard.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useKey, useLayer } from "../keys";
import { Kbd } from "../parts/controls";
import { act, phone } from "./desk";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

export function Keypad({ close }: { close: () => void }) {
  const [sent, setSent] = useState(0);
  useLayer(close);
  const press = (key: string) => {
    void act("keys", async () => phone.value?.sendDigits(key));
    setSent((before) => before + 1);
  };
  return (
    <div class="menu pop keypad" role="dialog" aria-label={t("keypad")}>
      <div class="row menu-h">
        <span>{t("keypad.sent", { n: sent })}</span>
        <span class="push">
          <Kbd>Esc</Kbd>
        </span>
      </div>
      <div class="pad">
        {KEYS.map((key) => (
          <PadKey key={key} name={key} press={press} />
        ))}
      </div>
    </div>
  );
}

function PadKey({ name, press }: { name: string; press: (key: string) => void }) {
  useKey(name, () => {
    const at = document.activeElement;
    if (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement) return false;
    press(name);
    return true;
  });
  return (
    <button type="button" class="btn" onClick={() => press(name)}>
      {name}
    </button>
  );
}
