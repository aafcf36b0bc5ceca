// Notes of the call: saved by themselves while they are written, under the call they belong to. What could not be saved is kept
// in this browser and sent by itself later; a new call never mixes with the text of the one before.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { NotesBody } from "../api/types";
import { clock } from "../format";
import { language, t } from "../i18n";
import { useKey } from "../keys";
import { serverNow } from "../live/clock";
import { linkState } from "../live/socket";
import { Kbd } from "../parts/controls";
import { Icon } from "../parts/icons";
import { zone } from "../session";
import { currentCall } from "./desk";

const PAUSE_MS = 700;
const AGAIN_MS = 3000;
const kept = (call: string) => `notes ${call}`;

type State = { kind: "none" } | { kind: "saving" } | { kind: "saved"; at: number } | { kind: "kept" };

/** Text that is not yet on the server, by call; survives the component. */
const unsent = new Map<string, string>();
const state = signal<State>({ kind: "none" });
let timer: number | undefined;

async function save(call: string): Promise<void> {
  const text = unsent.get(call);
  if (text === undefined) return;
  const mine = currentCall.peek()?.id === call;
  if (mine) state.value = { kind: "saving" };
  try {
    const body = await api.put<NotesBody>(`/calls/${call}/notes`, { text }, text.length < 15_000);
    if (unsent.get(call) === text) unsent.delete(call);
    localStorage.removeItem(kept(call));
    if (currentCall.peek()?.id === call) state.value = { kind: "saved", at: body.saved_at ?? serverNow() };
  } catch (error) {
    const refused = error instanceof ApiFault && (error.status === 404 || error.status === 403);
    if (refused) {
      unsent.delete(call);
      localStorage.removeItem(kept(call));
      return;
    }
    localStorage.setItem(kept(call), text);
    if (currentCall.peek()?.id === call) state.value = { kind: "kept" };
    window.setTimeout(() => void save(call), AGAIN_MS);
  }
}

function write(call: string, text: string): void {
  unsent.set(call, text);
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void save(call), PAUSE_MS);
}

export function flushNotes(): void {
  window.clearTimeout(timer);
  for (const call of unsent.keys()) void save(call);
}

export function Notes() {
  const call = currentCall.value?.id ?? null;
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useKey("Alt N", () => field.current?.focus(), call !== null);

  useEffect(() => {
    flushNotes();
    state.value = { kind: "none" };
    setText("");
    if (call === null) return;
    const waiting = unsent.get(call) ?? localStorage.getItem(kept(call));
    if (waiting !== null) {
      setText(waiting);
      write(call, waiting);
      return;
    }
    let gone = false;
    api.get<NotesBody>(`/calls/${call}/notes`).then(
      (body) => {
        if (gone || unsent.has(call)) return;
        setText(body.text);
        if (body.saved_at !== null) state.value = { kind: "saved", at: body.saved_at };
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [call]);

  useEffect(() => {
    window.addEventListener("pagehide", flushNotes);
    return () => window.removeEventListener("pagehide", flushNotes);
  }, []);

  const now = state.value;
  const offline = linkState.value === "lost";
  return (
    <section class="panel notes scroll" data-notes={now.kind}>
      <header class="panel-h">
        <h2>{t("notes")}</h2>
        {call ? <Kbd>Alt N</Kbd> : null}
        <span class={`push xs ${now.kind === "kept" ? "amber" : "t3"}`} role="status">
          {now.kind === "saved" ? (
            <>
              <Icon name="check" size="sm" />
              {t("notes.saved", { time: clock(now.at, language.value, zone.value, true) })}
            </>
          ) : now.kind === "kept" ? (
            t(offline ? "notes.keptOffline" : "notes.kept")
          ) : now.kind === "saving" ? (
            t("notes.saving")
          ) : (
            ""
          )}
        </span>
      </header>
      <div class="panel-b grow fills">
        <textarea
          ref={field}
          class="grow"
          aria-label={t("notes")}
          placeholder={call ? t("notes.hint") : t("notes.idle")}
          disabled={call === null}
          maxLength={20_000}
          value={text}
          onInput={(event) => {
            const written = event.currentTarget.value;
            setText(written);
            if (call) write(call, written);
          }}
          onBlur={flushNotes}
        />
      </div>
    </section>
  );
}
