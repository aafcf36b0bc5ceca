// The frame of every page after sign-in: rail, top bar with state, find, line, language, theme and the person's menu.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { SessionBody } from "./api/types";
import { act, card, deskViews, myself, phone, phoneState, setPresence, takeLine } from "./agent/desk";
import { lineHealth } from "./agent/card";
import { Callbar } from "./agent/callbar";
import { Work } from "./agent/work";
import { Find } from "./customer/find";
import { clock, day, initials, since } from "./format";
import { language, said, t } from "./i18n";
import { useKey } from "./keys";
import { minute, now, serverNow } from "./live/clock";
import { lastHeardAt, linkState, notLiveSince, serverReady } from "./live/socket";
import { Kbd, Popover } from "./parts/controls";
import { Icon, type IconName, Mark, Silhouette } from "./parts/icons";
import { MARKS, StatePill, stateDetail, stateWord } from "./parts/states";
import { has } from "./rights";
import { place } from "./router";
import { choose, home, reasonName, session, signOut, theme, zone } from "./session";

export function Shell({ page, title, tools, ends, children }: { page: string; title: string; tools?: ComponentChildren; ends?: ComponentChildren; children: ComponentChildren }) {
  const desk = session.value?.role === "agent";
  return (
    <div class={`app ${page} ${card.value.kind === "ringing" ? "is-ring" : ""}`}>
      <a class="skip" href="#main">
        {t("skip")}
      </a>
      <Rail />
      <header class="top">
        {desk ? <h1 class="sr">{title}</h1> : <h1>{title}</h1>}
        {desk ? <Presence /> : null}
        {desk ? <Work /> : null}
        {desk ? <Activity /> : null}
        {tools}
        {desk ? <span class="sep hide-m" /> : null}
        {desk ? <Find /> : null}
        <span class="push" />
        {desk ? <LineHealthMark /> : null}
        {desk ? <span class="sep hide-m" /> : null}
        <span class="t2 hide-m hide-wall nowrap">
          {day(minute.value, language.value, zone.value)}, {clock(minute.value, language.value, zone.value)}
        </span>
        {ends}
        <Switches />
        <Me />
        <span class="wall-clock">{clock(minute.value, language.value, zone.value)}</span>
        <a class="wall-exit" href={place.value.path} aria-label={t("board.leaveWall")}>
          <Icon name="x" />
        </a>
      </header>
      <main class="main" id="main" tabIndex={-1}>
        {children}
      </main>
      {desk ? <Callbar /> : null}
    </div>
  );
}

/** The pages that this person has. */
function pages(body: SessionBody) {
  const all: { href: string; icon: IconName; name: string }[] = [
    { href: "/agent", icon: "headset", name: t("nav.desk") },
    { href: "/board", icon: "grid", name: t("nav.board") },
    { href: "/campaigns", icon: "dial", name: t("nav.campaigns") },
    { href: "/do-not-call", icon: "ban", name: t("nav.doNotCall") },
    { href: "/statistics", icon: "chart", name: t("nav.statistics") },
    { href: "/customers", icon: "users", name: t("nav.customers") },
    { href: "/people", icon: "key", name: t("nav.people") },
    { href: "/audit", icon: "list", name: t("nav.audit") },
    { href: "/webhooks", icon: "send", name: t("nav.webhooks") },
  ];
  return all.filter((item) => has(body.role, item.href));
}

/** Lists belong to their campaigns and have no place of their own in the rail. */
const under = (path: string) => (path.startsWith("/lists/") ? "/campaigns" : path);
const here = (href: string) => (under(place.value.path) === href || place.value.path.startsWith(`${href}/`) ? "page" : undefined);

function Rail() {
  const body = session.value;
  if (!body) return null;
  return (
    <nav class="rail" aria-label={t("nav.main")}>
      <a class="mark-link" href={home(body)} aria-label={body.center} title={body.center}>
        <Mark />
      </a>
      {pages(body).map((item) => (
        <a key={item.href} href={item.href} title={item.name} aria-label={item.name} aria-current={here(item.href)}>
          <Icon name={item.icon} />
        </a>
      ))}
    </nav>
  );
}

/** What I chose; the choice made during a call shows what comes after it. */
function Presence() {
  const [open, setOpen] = useState(false);
  useKey("Alt A", () => setOpen(!open));
  const agent = myself.value;
  const close = () => setOpen(false);
  const available = agent?.presence === "available";
  const mark = agent === null ? "unknown" : MARKS[available ? "available" : agent.presence === "signed_out" ? "signed_out" : "not_ready"];
  const word = agent === null ? t("loading") : agent.presence === "not_ready" ? reasonName(agent.reason) || stateWord("not_ready") : stateWord(agent.presence === "available" ? "available" : "signed_out");
  const pick = (reason: string | null) => {
    close();
    void setPresence(reason);
  };
  return (
    <span class="anchor">
      <button class="st st-pill presence" data-st={mark} aria-haspopup="menu" aria-expanded={open} title={t("presence.title")} onClick={() => setOpen(!open)}>
        <Silhouette state={mark} />
        {word}
        <Icon name="down" size="sm" />
      </button>
      <Popover open={open} close={close} label={t("presence.title")} className="presence-menu">
        <ul>
          <li data-st="available">
            <button type="button" role="menuitemradio" aria-checked={available} onClick={() => pick(null)}>
              <Silhouette state="available" />
              {stateWord("available")}
              <Kbd>Alt A</Kbd>
            </button>
          </li>
        </ul>
        <hr />
        <ul>
          {session.value?.reasons.map((reason) => (
            <li key={reason.code} data-st="notready">
              <button type="button" role="menuitemradio" aria-checked={agent?.presence === "not_ready" && agent.reason === reason.code} onClick={() => pick(reason.code)}>
                <Silhouette state="notready" />
                {said(reason.label)}
              </button>
            </li>
          ))}
        </ul>
        {agent && agent.activity !== "idle" ? <p class="menu-h">{t("presence.during")}</p> : null}
      </Popover>
    </span>
  );
}

/** What is observed, beside what was chosen. */
function Activity() {
  const agent = myself.value;
  if (!agent) return null;
  const idle = agent.activity === "idle" && !agent.set_aside;
  if (idle) return null;
  return (
    <>
      <span class="hide-m t3" aria-hidden="true">
        <Icon name="right" size="sm" />
      </span>
      <StatePill state={agent.state}>
        {stateDetail(agent)} <span class="num">{since(agent.since, now.value)}</span>
      </StatePill>
    </>
  );
}

function LineHealthMark() {
  const health = lineHealth(phoneState.value, linkState.value, serverReady.value);
  const bad = health !== "ready" && health !== "starting";
  const word = {
    starting: t("line.starting"),
    ready: phone.value?.microphone === false ? t("line.simulated") : t("line.ready"),
    lost: t("line.lost"),
    refused: t("line.refused"),
    "no-device": t("line.noDevice"),
    "not-live": t("line.notLive"),
    "not-deciding": t("line.notDeciding"),
  }[health];
  const lostFor = health === "not-live" && notLiveSince.value !== null ? since(notLiveSince.value, now.value - serverNow() + Date.now()) : "";
  return (
    <span class={`health ${bad ? "is-bad" : "hide-m"} ${health === "starting" ? "is-starting" : ""}`} role="status" data-line={health} title={t("line.title")}>
      <Icon name={bad ? "warn" : "headset"} />
      {word}
      {lostFor ? <span class="num">{lostFor}</span> : null}
      {health === "refused" ? (
        <button class="linkbtn" onClick={takeLine}>
          {t("line.take")}
        </button>
      ) : null}
    </span>
  );
}

/** Live, or how old: on pages that show live figures of others. */
export function Freshness() {
  const old = Math.max(0, Math.floor((now.value - serverNow() + Date.now() - lastHeardAt.value) / 1000));
  const live = linkState.value === "live" && serverReady.value;
  if (linkState.value === "connecting") return <span class="health t3">{t("loading")}</span>;
  return (
    <span class={`health hide-wall ${live ? "" : "is-bad"}`} role="status" data-live={live}>
      <svg width="8" height="8" aria-hidden="true">
        <circle cx="4" cy="4" r="4" fill={live ? "var(--good)" : "var(--danger)"} />
      </svg>
      {live ? t("live") : t("stale", { s: linkState.value === "live" ? 0 : old })}
    </span>
  );
}

export function Switches() {
  const dark = theme.value === "dark" || (theme.value === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  return (
    <span class="hide-m hide-wall row tight">
      <button class="btn btn-quiet btn-icon" title="English / 中文" aria-label={t("language")} onClick={() => void act("language", () => choose({ language: language.value === "en" ? "zh" : "en" }))}>
        <Icon name="globe" />
      </button>
      <button class="btn btn-quiet btn-icon" title={t("theme")} aria-label={t("theme")} onClick={() => void act("theme", () => choose({ theme: dark ? "light" : "dark" }))}>
        <Icon name={dark ? "sun" : "moon"} />
      </button>
    </span>
  );
}

function Me() {
  const [open, setOpen] = useState(false);
  const [refused, setRefused] = useState("");
  const body = session.value;
  if (!body) return null;
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      setRefused(error instanceof Error && "words" in error ? said((error as { words: { en: string; zh: string } }).words) : String(error));
    }
  };
  const themes = ["system", "light", "dark"] as const;
  return (
    <span class="anchor hide-wall">
      <button class="me" title={body.name} aria-label={body.name} aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {initials(body.name)}
      </button>
      <Popover open={open} close={() => setOpen(false)} label={body.name} className="me-menu">
        <div class="menu-h">
          <div class="b me-name">{body.name}</div>
          {body.login} · {t(`role.${body.role}`)}
        </div>
        <hr />
        <ul class="only-m">
          {pages(body).map((item) => (
            <li key={item.href}>
              <a role="menuitem" href={item.href} aria-current={here(item.href)} onClick={() => setOpen(false)}>
                <Icon name={item.icon} />
                {item.name}
              </a>
            </li>
          ))}
        </ul>
        <hr class="only-m" />
        <ul>
          {themes.map((each) => (
            <li key={each}>
              <button type="button" role="menuitemradio" aria-checked={theme.value === each} onClick={() => void act("theme", () => choose({ theme: each }))}>
                <span class="tick">{theme.value === each ? <Icon name="check" size="sm" /> : null}</span>
                {t(`theme.${each}`)}
              </button>
            </li>
          ))}
        </ul>
        <hr />
        <ul>
          {(["en", "zh"] as const).map((each) => (
            <li key={each}>
              <button type="button" role="menuitemradio" aria-checked={language.value === each} onClick={() => void act("language", () => choose({ language: each }))}>
                <span class="tick">{language.value === each ? <Icon name="check" size="sm" /> : null}</span>
                {each === "en" ? "English" : "简体中文"}
              </button>
            </li>
          ))}
        </ul>
        <hr />
        <ul>
          <li>
            <button type="button" role="menuitem" onClick={() => void leave()}>
              <Icon name="exit" />
              {t("signOut")}
            </button>
          </li>
        </ul>
        {refused ? <p class="menu-h bad">{refused}</p> : null}
      </Popover>
    </span>
  );
}

/** Whether the desk's views have come. */
export const deskReady = () => deskViews.value !== null;
