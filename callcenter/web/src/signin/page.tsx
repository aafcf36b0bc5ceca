// Sign-in, and whether this desk is ready for calls: microphone, sound, service, notifications.
import { useEffect, useState } from "preact/hooks";
import { ApiFault } from "../api/http";
import { said, t, language } from "../i18n";
import { Kbd } from "../parts/controls";
import { Icon, Mark } from "../parts/icons";
import { go, place } from "../router";
import { askCenter, center, choose, home, signIn, theme } from "../session";
import { DeskCheck } from "./check";

export function SignInPage() {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [caps, setCaps] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [reached, setReached] = useState<"asking" | "yes" | "no">("asking");

  useEffect(() => {
    let timer: number | undefined;
    let gone = false;
    const ask = () =>
      askCenter().then(
        () => !gone && setReached("yes"),
        () => {
          if (gone) return;
          setReached("no");
          timer = window.setTimeout(() => void ask(), 2000);
        },
      );
    void ask();
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, []);
  useEffect(() => {
    document.title = center.value ? `${t("signin.title")} · ${center.value.name}` : t("signin.title");
  });

  const send = async () => {
    setBusy(true);
    setFault(null);
    try {
      const body = await signIn(login.trim(), password);
      const next = place.value.query.get("next");
      go(next && /^\/[a-z]/.test(next) && !next.startsWith("/signin") ? next : home(body), true);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
      setBusy(false);
    }
  };
  const watchCaps = (event: KeyboardEvent) => setCaps(event.getModifierState?.("CapsLock") ?? false);
  const dark = theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);

  return (
    <div class="p-sign">
      <header class="top bare-top">
        <Mark />
        <span class="b">{center.value?.name ?? ""}</span>
        <span class="push" />
        <button class="btn btn-quiet btn-icon" title="English / 中文" aria-label={t("language")} onClick={() => void choose({ language: language.value === "en" ? "zh" : "en" })}>
          <Icon name="globe" />
        </button>
        <button class="btn btn-quiet btn-icon" title={t("theme")} aria-label={t("theme")} onClick={() => void choose({ theme: dark ? "light" : "dark" })}>
          <Icon name={dark ? "sun" : "moon"} />
        </button>
      </header>
      <main class="sign">
        <section class="panel">
          <h1>{t("signin.title")}</h1>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void send();
            }}
          >
            <label class="field">
              <span>{t("signin.login")}</span>
              <input class="input" name="login" value={login} autocomplete="username" required autofocus onInput={(event) => setLogin(event.currentTarget.value)} />
            </label>
            <label class="field">
              <span>{t("signin.password")}</span>
              <input class="input" name="password" type="password" value={password} autocomplete="current-password" required onKeyDown={watchCaps} onKeyUp={watchCaps} onBlur={() => setCaps(false)} onInput={(event) => setPassword(event.currentTarget.value)} />
              <span class="row under-field" role="status">
                {caps ? (
                  <span class="amber row light">
                    <Icon name="warn" size="sm" />
                    {t("signin.caps")}
                  </span>
                ) : null}
              </span>
            </label>
            <div class="signin-fault" role="alert">
              {fault ? (
                <span class="bad row light">
                  <Icon name="stop" size="sm" />
                  {said(fault.words)}
                </span>
              ) : reached === "no" ? (
                <span class="amber row light">
                  <Icon name="wifi" size="sm" />
                  {t("signin.unreached")}
                </span>
              ) : null}
            </div>
            <button class="btn btn-primary btn-tall" disabled={busy}>
              {busy ? t("signin.busy") : t("signin.title")} <Kbd>Enter</Kbd>
            </button>
          </form>
          <p class="xs t3 after-form">{t("signin.startsNotReady")}</p>
        </section>
        <DeskCheck reached={reached} />
      </main>
      <footer class="foot">
        <span>{t("signin.logged")}</span>
        {center.value ? <span>callcenter {center.value.version}</span> : null}
      </footer>
    </div>
  );
}
