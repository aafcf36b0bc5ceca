// Which customer is it? The match is shown, not saved, until a person chooses or it is exact and single. The slot keeps its height.
import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { CallView, ContactBody, MatchView } from "../api/types";
import { said, t } from "../i18n";
import { useKey } from "../keys";
import { Kbd, Skeleton } from "../parts/controls";
import { Icon } from "../parts/icons";
import { ContactSearch } from "../customer/search";
import { linkState } from "../live/socket";
import { chooseContact, currentCall } from "./desk";
import { held, leadOf } from "./lead";

/** What the agent looks at before anything is saved: the first match, unless another was picked. */
const looked = signal<{ call: string; contact: number } | null>(null);

export const preview = computed<MatchView | null>(() => {
  const call = currentCall.value;
  if (!call || call.contact) return null;
  const picked = looked.value?.call === call.id ? looked.value.contact : null;
  return call.matches.find((match) => match.contact === picked) ?? call.matches[0] ?? null;
});

/** The customer whose page is shown: the chosen one, or the one that is looked at. */
export const shownContact = computed<number | null>(() => {
  const call = currentCall.value;
  return call ? (call.contact?.id ?? preview.value?.contact ?? null) : (held.value?.data?.contact ?? null);
});

export function callerName(call: CallView): string {
  const seen = call.id === currentCall.value?.id ? preview.value : (call.matches[0] ?? null);
  return call.contact?.name ?? (leadOf(call)?.name || null) ?? seen?.name ?? call.number?.shown ?? t("number.unknown");
}

export function MatchBar() {
  const call = currentCall.value;
  const [someoneElse, setSomeoneElse] = useState(false);
  useEffect(() => setSomeoneElse(false), [call?.id, call?.contact?.id]);
  if (!call) {
    return (
      <section class="panel match is-calm" aria-label={t("match.label")} data-state="empty">
        <div class="match-idle">
          <Icon name="users" />
          <span>{t("match.idle")}</span>
        </div>
      </section>
    );
  }
  const many = call.matches.slice(0, 3);
  const chosen = call.contact;
  if (someoneElse) {
    return (
      <section class="panel match is-calm" aria-label={t("match.label")}>
        <ContactSearch
          placeholder={t("match.find")}
          choose={async (contact) => {
            if (await chooseContact(call.id, contact.id)) setSomeoneElse(false);
          }}
          close={() => setSomeoneElse(false)}
        />
      </section>
    );
  }
  const elsewhere = (
    <button class="linkbtn push nowrap" onClick={() => setSomeoneElse(true)}>
      {t("match.someoneElse")}
    </button>
  );
  if (linkState.value === "lost" && !chosen && many.length === 0) {
    return (
      <section class="panel match" aria-label={t("match.label")} data-state="disconnected">
        <div class="match-h">
          <Icon name="wifi" />
          <span>
            <b class="b ink">{t("match.offline")}</b> {t("match.offlineNote")}
          </span>
        </div>
      </section>
    );
  }
  if (call.look_up === "pending" && !chosen) {
    return (
      <section class="panel match is-calm" aria-label={t("match.label")} aria-busy="true" data-state="loading">
        <div class="match-h">
          <span class="grow">
            <Skeleton widths={[42]} />
          </span>
        </div>
        <div class="opts">
          <span class="skel opt-skel" />
        </div>
      </section>
    );
  }
  if (call.look_up === "failed" && !chosen && many.length === 0) {
    return (
      <section class="panel match" aria-label={t("match.label")} data-state="error">
        <div class="match-h">
          <Icon name="warn" />
          <span>
            <b class="b ink">{t("match.failed")}</b> {t("match.failedNote")}
          </span>
          {elsewhere}
        </div>
      </section>
    );
  }
  if (many.length === 0 && !chosen) return <NewNumber key={leadOf(call)?.attempt ?? call.id} call={call} elsewhere={elsewhere} />;
  const single = many.length <= 1;
  const settled = chosen !== null;
  return (
    <section class={`panel match ${settled ? "is-calm" : ""}`} aria-label={t("match.label")} data-state={settled ? "chosen" : "choice"}>
      <div class="match-h">
        <Icon name={settled ? "check" : "warn"} />
        <span class="cut">
          {settled ? (
            <>
              <b class="b ink">{chosen.name ?? t("match.chosenUnnamed")}</b> {chosen.chosen_by === "system" ? t("match.bySystem") : t("match.byAgent")}
            </>
          ) : (
            <>
              <b class="b ink">{single ? t("match.one") : t("match.many", { n: call.matches.length })}</b> {t("match.nothingSaved")}
            </>
          )}
        </span>
        {elsewhere}
      </div>
      <div class="opts">
        {many.map((match, index) => (
          <Option key={match.contact} call={call} match={match} index={index} />
        ))}
        {settled && !many.some((match) => match.contact === chosen.id) ? (
          <button class="opt" aria-pressed="true" type="button">
            <span class="b">{chosen.name}</span>
            <span class="xs">{chosen.account ?? t("match.noAccount")}</span>
          </button>
        ) : null}
      </div>
    </section>
  );
}

function Option({ call, match, index }: { call: CallView; match: MatchView; index: number }) {
  const chosen = call.contact?.id === match.contact;
  const pick = () => {
    looked.value = { call: call.id, contact: match.contact };
    if (!chosen) void chooseContact(call.id, match.contact);
  };
  useKey(`Alt ${index + 1}`, pick);
  const shown = chosen || (call.contact === null && preview.value?.contact === match.contact);
  return (
    <button class="opt" type="button" aria-pressed={shown} data-chosen={chosen} onClick={pick}>
      <span class="b">{match.name ?? t("match.nameless")}</span>
      <Kbd>Alt {index + 1}</Kbd>
      <span class="xs">
        {match.account ? `${match.account} · ` : ""}
        {t(`match.${match.match}`)}
      </span>
    </button>
  );
}

/** Nobody has this number: make a contact of it, without leaving the page. */
function NewNumber({ call, elsewhere }: { call: CallView; elsewhere: preact.ComponentChildren }) {
  const [name, setName] = useState(leadOf(call)?.name ?? "");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const create = async () => {
    if (!name.trim()) return;
    setBusy(true);
    setFault(null);
    try {
      const numbers = call.number ? [{ number: call.number.value, label: "" }] : [];
      const made = await api.create<ContactBody>("/contacts", { name: name.trim(), numbers, ...(call.language ? { language: call.language } : {}) });
      await chooseContact(call.id, made.id);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel match is-calm" aria-label={t("match.label")} data-state="new">
      <div class="match-h">
        <Icon name="info" />
        <span class="cut">
          <b class="b ink">{t("match.new")}</b> {fault ? <span class="bad">{said(fault.words)}</span> : t("match.newNote")}
        </span>
        {elsewhere}
      </div>
      <form
        class="new-contact"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <input class="input" value={name} placeholder={t("match.newName")} aria-label={t("match.newName")} onInput={(event) => setName(event.currentTarget.value)} />
        <button class="btn btn-primary" disabled={busy}>
          <Icon name="plus" />
          {t("match.create")}
        </button>
      </form>
    </section>
  );
}

export function callerNumber(call: CallView): string {
  return call.number?.shown ?? t("number.withheld");
}
