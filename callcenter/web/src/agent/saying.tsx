// What an agent adds to an outcome: for a callback the time, whose and a note, for an opportunity probability and value. Whether the
// law lets a promise be kept is asked while she picks, and the next time that it does is offered.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { DispositionBody, HourBody, LeadInHand } from "../api/types";
import { clock, shortDay } from "../format";
import { language, said, t } from "../i18n";
import { useLayer } from "../keys";
import { serverNow } from "../live/clock";
import { zone } from "../session";
import { instantOf, wallTime } from "../walltime";
import type { Press } from "./unsent";

const HOUR = 3_600_000;
const QUICK = [
  ["say.inHour", HOUR],
  ["say.inThree", 3 * HOUR],
  ["say.tomorrow", 24 * HOUR],
] as const;

const full = (at: number, where: string) => `${shortDay(at, language.value, where)} ${clock(at, language.value, where)}`;

/** Whether a call may be promised for this time; null: not asked yet, or nobody answers. */
export function useHour(url: string, at: number | null): HourBody | null {
  const [hour, setHour] = useState<HourBody | null>(null);
  useEffect(() => {
    setHour(null);
    if (at === null) return;
    let current = true;
    const asked = window.setTimeout(() => {
      api.post<HourBody>(url, { at }).then(
        (body) => current && setHour(body),
        (fault) => {
          if (!(fault instanceof ApiFault)) throw fault; // nobody answers: it is asked again when it is said
        },
      );
    }, 200);
    return () => {
      current = false;
      window.clearTimeout(asked);
    };
  }, [url, at]);
  return hour;
}

/** The field in which a time is picked, in the center's zone, with the time there and what the law says of it. */
export function TimeField({ at, set, there, hour }: { at: number | null; set: (at: number | null) => void; there: string | null; hour: HourBody | null }) {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <div class="row wraps">
        {QUICK.map(([word, ms]) => (
          <button key={word} type="button" class="btn btn-sm" onClick={() => set(serverNow() + ms)}>
            {t(word)}
          </button>
        ))}
      </div>
      <label class="field">
        <span>
          {t("say.when")} <span class="t3">{at !== null && there ? t("say.there", { time: full(at, there) }) : ""}</span>
        </span>
        <input ref={first} class="input num" type="datetime-local" name="when" required value={at === null ? "" : wallTime(at, zone.value)} onInput={(event) => set(instantOf(event.currentTarget.value, zone.value))} />
      </label>
      <p class="xs" role="status" data-hour={hour === null ? "" : hour.allowed ? "allowed" : "forbidden"}>
        {hour === null ? (
          <span class="t3">{at === null ? t("say.noTime") : " "}</span>
        ) : hour.allowed ? (
          <span class="ok">{t("say.allowed")}</span>
        ) : (
          <span class="amber">
            {hour.reason ? `${said(hour.reason)}. ` : ""}
            {hour.until === null ? (
              t("say.noNext")
            ) : (
              <button type="button" class="linkbtn" onClick={() => set(hour.until)}>
                {t("say.next", { time: full(hour.until, zone.value) })}
              </button>
            )}
          </span>
        )}
      </p>
    </>
  );
}

interface Props {
  call: string;
  lead: LeadInHand;
  choice: DispositionBody;
  say: (more: Press["more"]) => void;
  close: () => void;
}

export function Saying(props: Props) {
  const { choice, close } = props;
  useLayer(close);
  return (
    <form
      class="saying"
      aria-label={t(choice.follow === "callback" ? "say.callback" : "say.opportunity", { outcome: said(choice.label) })}
      onSubmit={(event) => event.preventDefault()}
    >
      <h3>{t(choice.follow === "callback" ? "say.callback" : "say.opportunity", { outcome: said(choice.label) })}</h3>
      {choice.follow === "callback" ? <Callback {...props} /> : <Opportunity {...props} />}
    </form>
  );
}

function Callback({ call, lead, say, close }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const [mine, setMine] = useState(true);
  const [note, setNote] = useState("");
  const hour = useHour(`/calls/${call}/callback-hour`, at);
  const whose = (value: boolean, word: "say.mine" | "say.anyone") => (
    <label class="row">
      <input type="radio" name="whose" checked={mine === value} onChange={() => setMine(value)} />
      {t(word)}
    </label>
  );
  return (
    <>
      <TimeField at={at} set={setAt} there={lead.zone} hour={hour} />
      <div class="row wraps" role="radiogroup" aria-label={t("say.whose")}>
        {whose(true, "say.mine")}
        {whose(false, "say.anyone")}
      </div>
      <label class="field">
        <span>{t("say.note")}</span>
        <input class="input" name="promise_note" maxLength={2000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <Keys word={t("say.promise")} off={at === null || hour?.allowed === false} act={() => at !== null && say({ at, whose: mine ? "mine" : "anyone", note })} close={close} />
    </>
  );
}

function Opportunity({ lead, choice, say, close }: Props) {
  const [probability, setProbability] = useState(Math.round(choice.probability * 100));
  const [value, setValue] = useState(choice.value);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <div class="row wraps">
        <label class="field">
          <span>{t("say.probability")}</span>
          <input ref={first} class="input num narrow" type="number" name="probability" min={0} max={100} required value={probability} onInput={(event) => setProbability(Math.min(100, Math.max(0, event.currentTarget.valueAsNumber || 0)))} />
        </label>
        <label class="field">
          <span>{t("say.value", { currency: lead.currency })}</span>
          <input class="input num" type="number" name="value" min={0} max={1e12} step="any" required value={value} onInput={(event) => setValue(Math.max(0, event.currentTarget.valueAsNumber || 0))} />
        </label>
      </div>
      <Keys word={t("say.keep")} off={false} act={() => say({ probability: probability / 100, value })} close={close} />
    </>
  );
}

function Keys({ word, off, act, close }: { word: string; off: boolean; act: () => void; close: () => void }) {
  return (
    <div class="row">
      <button class="btn btn-primary grow" disabled={off} onClick={act}>
        {word}
      </button>
      <button type="button" class="btn" onClick={close}>
        {t("say.leave")}
      </button>
    </div>
  );
}
