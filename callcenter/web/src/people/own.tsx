// Choosing one's own password, in place of every other page while the one that there is was made by the service.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { SessionBody } from "../api/types";
import { said, t } from "../i18n";
import { Icon, Mark } from "../parts/icons";
import { entered, session, signOut } from "../session";
import { Switches } from "../shell";

export function OwnPasswordPage() {
  const [present, setPresent] = useState("");
  const [chosen, setChosen] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("[name=present]")?.focus(), []);
  const send = async () => {
    if (chosen !== again) return setWrong(t("own.different"));
    setBusy(true);
    setWrong("");
    try {
      entered(await api.put<SessionBody>("/session/password", { present, password: chosen }));
    } catch (error) {
      setWrong(error instanceof ApiFault ? said(error.words) : String(error));
      setBusy(false);
    }
  };
  const field = (name: string, label: string, value: string, set: (text: string) => void, complete: string) => (
    <label class="field">
      <span>{label}</span>
      <input class="input" name={name} type="password" required value={value} autocomplete={complete} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
  return (
    <div class="p-sign">
      <header class="top bare-top">
        <Mark />
        <span class="b">{session.value?.center ?? ""}</span>
        <span class="push" />
        <Switches />
        <button class="btn btn-quiet" onClick={() => void signOut()}>
          <Icon name="exit" />
          {t("signOut")}
        </button>
      </header>
      <main class="sign">
        <section class="panel">
          <h1>{t("own.title")}</h1>
          <p class="t2">{t("own.why")}</p>
          <form
            ref={form}
            onSubmit={(event) => {
              event.preventDefault();
              void send();
            }}
          >
            <input class="sr" tabIndex={-1} aria-hidden="true" autocomplete="username" value={session.value?.login ?? ""} readOnly />
            {field("present", t("own.present"), present, setPresent, "current-password")}
            {field("chosen", t("own.chosen"), chosen, setChosen, "new-password")}
            {field("again", t("own.again"), again, setAgain, "new-password")}
            <div class="signin-fault" role="alert">
              {wrong ? (
                <span class="bad row light">
                  <Icon name="stop" size="sm" />
                  {wrong}
                </span>
              ) : null}
            </div>
            <button class="btn btn-primary btn-tall" disabled={busy}>
              {t("own.save")}
            </button>
          </form>
        </section>
      </main>
    </div>
  );
}
