// Is this desk ready for calls? Each line is checked for real, by the browser's own means; nothing is assumed to be well.
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Note } from "../parts/controls";
import { Icon } from "../parts/icons";
import { closeMicrophone, deviceName, deviceState, openMicrophone, watchLevel } from "../phone/microphone";
import { testSound } from "../phone/tone";

const BARS = 12;
const HEARD = 0.28;

export function DeskCheck({ reached }: { reached: "asking" | "yes" | "no" }) {
  return (
    <section class="panel desk-check">
      <h2>{t("check.title")}</h2>
      <p class="t2">{t("check.what")}</p>
      <ul class="check">
        <Microphone />
        <Sound />
        <Service reached={reached} />
        <Notifications />
      </ul>
      <div class="keeps">
        <Note>{t("check.keeps")}</Note>
      </div>
    </section>
  );
}

type Verdict = "ok" | "warn" | "bad" | "open";

function Line({ verdict, title, what, children }: { verdict: Verdict; title: string; what: string; children?: preact.ComponentChildren }) {
  return (
    <li data-verdict={verdict}>
      <span class={verdict === "ok" ? "ok" : verdict === "warn" ? "amber" : verdict === "bad" ? "bad" : "t3"}>
        <Icon name={verdict === "ok" ? "ok" : verdict === "open" ? "clock" : verdict === "warn" ? "warn" : "stop"} size="lg" />
      </span>
      <div>
        <div class="b">{title}</div>
        <div class="xs">{what}</div>
      </div>
      {children ?? <span />}
    </li>
  );
}

function Microphone() {
  const [watching, setWatching] = useState(false);
  const [heard, setHeard] = useState(false);
  const bars = useRef<SVGSVGElement>(null);
  const ending = useRef<() => void>(() => undefined);
  useEffect(() => {
    // Where the browser has allowed it before, the check runs by itself; else it waits for a press.
    void navigator.permissions
      ?.query({ name: "microphone" as PermissionName })
      .then((permission) => (permission.state === "granted" ? start() : undefined))
      .catch(() => undefined);
    return () => {
      ending.current();
      closeMicrophone();
    };
  }, []);
  const start = async () => {
    const stream = await openMicrophone();
    if (!stream) return;
    setWatching(true);
    ending.current = watchLevel(stream, (level) => {
      if (level > HEARD) setHeard(true);
      bars.current?.querySelectorAll("rect").forEach((bar, index) => bar.setAttribute("fill", index < level * BARS ? "var(--good)" : "var(--hover)"));
    });
  };
  const state = deviceState.value;
  const trouble = state === "missing" || state === "denied" || state === "failed";
  const what = trouble ? t(`device.${state}.what`) : watching ? (heard ? t("check.heard", { name: deviceName.value || t("check.someMicrophone") }) : t("check.speak", { name: deviceName.value || t("check.someMicrophone") })) : t("check.microphoneWhy");
  return (
    <Line verdict={trouble ? "bad" : watching && heard ? "ok" : "open"} title={trouble ? t(`device.${state}`) : t("check.microphone")} what={what}>
      {watching && !trouble ? (
        <svg ref={bars} class="vu" viewBox="0 0 72 16" role="img" aria-label={t("check.level")}>
          {Array.from({ length: BARS }, (_, index) => (
            <rect key={index} x={index * 6} y="2" width="4" height="12" rx="1" fill="var(--hover)" />
          ))}
        </svg>
      ) : (
        <button class="btn btn-sm" onClick={() => void start()} disabled={state === "asking"}>
          {trouble ? t("tryAgain") : t("check.check")}
        </button>
      )}
    </Line>
  );
}

function Sound() {
  const [played, setPlayed] = useState(false);
  return (
    <Line verdict={played ? "ok" : "open"} title={t("check.sound")} what={played ? t("check.soundPlayed") : t("check.soundWhy")}>
      <button
        class="btn btn-sm"
        onClick={() => {
          testSound();
          setPlayed(true);
        }}
      >
        <Icon name="play" size="sm" />
        {t("check.test")}
      </button>
    </Line>
  );
}

function Service({ reached }: { reached: "asking" | "yes" | "no" }) {
  const [roundTrip, setRoundTrip] = useState<number | null>(null);
  useEffect(() => {
    if (reached !== "yes") return;
    const at = performance.now();
    void fetch("/api/v1/center", { cache: "no-store" })
      .then((response) => response.text())
      .then(() => setRoundTrip(Math.round(performance.now() - at)))
      .catch(() => setRoundTrip(null));
  }, [reached]);
  const secure = window.isSecureContext;
  if (!secure) return <Line verdict="bad" title={t("check.insecure")} what={t("check.insecureWhat")} />;
  if (reached === "no") return <Line verdict="bad" title={t("check.service")} what={t("signin.unreached")} />;
  return (
    <Line verdict={reached === "yes" ? "ok" : "open"} title={t("check.service")} what={roundTrip === null ? t("check.asking") : t("check.roundTrip", { ms: roundTrip })}>
      {roundTrip === null ? <span /> : <span class={`chip ${roundTrip < 150 ? "chip-good" : "chip-warn"}`}>{roundTrip < 150 ? t("check.good") : t("check.slow")}</span>}
    </Line>
  );
}

function Notifications() {
  const known = "Notification" in window;
  const [permission, setPermission] = useState(known ? Notification.permission : "denied");
  if (permission === "granted") return <Line verdict="ok" title={t("check.notifications")} what={t("check.notificationsOn")} />;
  return (
    <Line verdict="warn" title={t(permission === "denied" ? "check.notificationsBlocked" : "check.notificationsOff")} what={t("check.notificationsWhy")}>
      {permission === "default" ? (
        <button class="btn btn-sm" onClick={() => void Notification.requestPermission().then(setPermission)}>
          {t("check.allow")}
        </button>
      ) : (
        <span />
      )}
    </Line>
  );
}
