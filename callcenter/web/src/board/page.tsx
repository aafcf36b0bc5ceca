// The supervisor's board: six tiles, queues and who waits, agents. Everything is live; what is not live says so.
import { useEffect, useState } from "preact/hooks";
import { askFormulas } from "../figures";
import { clock } from "../format";
import { language, said, t } from "../i18n";
import { useKey } from "../keys";
import { linkState, notLiveSince, serverReady } from "../live/socket";
import { useTopic } from "../live/use";
import { Kbd, MultiPicker, Picker } from "../parts/controls";
import { Icon, Silhouette } from "../parts/icons";
import { MARKS, stateWord } from "../parts/states";
import { go, place } from "../router";
import { mine, session, zone } from "../session";
import { Freshness, Shell } from "../shell";
import { Agents } from "./agents";
import { Queues, Waiting } from "./queues";
import { countStates } from "./tally";
import { Tiles } from "./tiles";

export function BoardPage() {
  const { views, fault } = useTopic("board");
  const [chosen, setChosen] = useState<string[]>([]);
  const [team, setTeam] = useState("");
  const stale = linkState.value === "lost" || !serverReady.value;
  const wall = place.value.hash === "#wall";
  useEffect(() => void askFormulas(), []);
  useKey("F", () => {
    const at = document.activeElement;
    if (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement) return false;
    go(wall ? "/board" : "/board#wall");
    return true;
  });
  const states = countStates(views?.agents ?? {});
  const tools = (
    <>
      <span class="sep hide-m hide-wall" />
      <span class="hide-m hide-wall row">
        <Picker label={t("board.team")} value={team} options={[{ value: "", label: t("all") }, ...mine(session.value?.teams, session.value?.my_teams).map((each) => ({ value: each.id, label: said(each.label) }))]} onChange={setTeam} />
        <MultiPicker label={t("board.queues")} chosen={chosen} options={mine(session.value?.queues, session.value?.my_queues).map((each) => ({ value: each.id, label: said(each.label) }))} onChange={setChosen} />
      </span>
      <Freshness />
    </>
  );
  const toWall = (
    <a class="btn hide-m hide-wall to-wall" href="/board#wall">
      <Icon name="monitor" />
      {t("board.wall")} <Kbd>F</Kbd>
    </a>
  );
  return (
    <Shell page={`p-board ${stale ? "is-stale" : ""} ${wall ? "is-wall" : ""}`} title={t("nav.board")} tools={tools} ends={toWall}>
      {stale ? (
        <div class="banner banner-danger not-live" role="alert">
          <Icon name="stop" />
          {notLiveSince.value === null ? t("board.notDeciding") : t("board.notLive", { time: clock(notLiveSince.value, language.value, zone.value, true) })}
        </div>
      ) : null}
      <Tiles views={views} fault={fault} />
      <Queues views={views} fault={fault} chosen={chosen} />
      <Waiting views={views} fault={fault} chosen={chosen} />
      <Agents views={views} fault={fault} team={team} />
      <div class="wall-only strip">
        {(["available", "ringing", "talking", "holding", "wrap_up", "not_ready"] as const).map((state) => (
          <span key={state} class="st" data-st={MARKS[state]}>
            <Silhouette state={MARKS[state]} />
            <b>{states[state] ?? 0}</b> {stateWord(state)}
          </span>
        ))}
      </div>
    </Shell>
  );
}
