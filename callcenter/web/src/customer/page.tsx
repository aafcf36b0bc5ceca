// A customer's own page: who it is, what happened so far, and a call to any of the numbers.
import { useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import type { ContactBody } from "../api/types";
import { acting, card, place as placeCall, trouble } from "../agent/desk";
import { said, t } from "../i18n";
import { Empty, Note } from "../parts/controls";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { session } from "../session";
import { Shell } from "../shell";
import { CustomerPanel, Timeline, useContact } from "./panels";

export function CustomerPage({ id }: { id: number }) {
  const [edition, setEdition] = useState(0);
  const [editing, setEditing] = useState(false);
  const contact = useContact(id);
  const desk = Boolean(session.value?.agent);
  if (contact.fault?.status === 404) {
    return (
      <Shell page="p-customer" title={t("nav.customers")}>
        <section class="panel">
          <Empty icon="users" title={t("customer.notFound")}>
            <a href="/customers">{t("customer.toList")}</a>
          </Empty>
        </section>
      </Shell>
    );
  }
  const tools = (
    <button class="btn btn-sm" aria-expanded={editing} disabled={!contact.data} onClick={() => setEditing(!editing)}>
      <Icon name="edit" size="sm" />
      {t("customer.edit")}
    </button>
  );
  return (
    <Shell page={`p-customer ${desk ? "" : "no-desk"}`} title={t("customer")}>
      <div class="col c-mid">
        <CustomerPanel key={edition} id={id} tools={tools} />
        {editing && contact.data ? (
          <EditContact
            contact={contact.data}
            done={(saved) => {
              setEditing(false);
              contact.replace(saved);
              setEdition(edition + 1);
            }}
          />
        ) : null}
        <Timeline id={id} />
      </div>
      {desk ? (
        <div class="col c-right">
          <CallPanel contact={contact.data} />
        </div>
      ) : null}
    </Shell>
  );
}

/** Calling from the customer's page: the desk's phone rings first and answers by itself. */
function CallPanel({ contact }: { contact: ContactBody | null }) {
  const idle = card.value.kind === "idle";
  const call = async (number: string) => {
    if (contact && (await placeCall(number, contact.id))) go("/agent");
  };
  return (
    <section class="panel call-panel">
      <header class="panel-h">
        <h2>{t("customer.call")}</h2>
      </header>
      <ul class="cb">
        {contact?.numbers.map((each) => (
          <li key={each.number.value}>
            <span class="xs t3">{each.label || t("customer.number")}</span>
            <span class="num medium cut">{each.number.shown}</span>
            <button class="btn btn-sm" disabled={!idle || acting.value === "place"} onClick={() => void call(each.number.value)}>
              <Icon name="phone" size="sm" />
              {t("dial.call")}
            </button>
          </li>
        ))}
      </ul>
      <div class="panel-b">
        {contact && contact.numbers.length === 0 ? <Note>{t("customer.noNumbers")}</Note> : null}
        {trouble.value ? <p class="trouble xs">{said(trouble.value.words)}</p> : null}
        {idle ? null : <Note>{t("customer.busy")}</Note>}
      </div>
    </section>
  );
}

function EditContact({ contact, done }: { contact: ContactBody; done: (saved: ContactBody) => void }) {
  const [name, setName] = useState(contact.name);
  const [email, setEmail] = useState(contact.email);
  const [note, setNote] = useState(contact.note);
  const [spoken, setSpoken] = useState<"" | "en" | "zh">(contact.language ?? "");
  const [numbers, setNumbers] = useState(contact.numbers.map((each) => ({ number: each.number.shown, label: each.label })));
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const kept = numbers.filter((each) => each.number.trim() !== "");
      done(await api.patch<ContactBody>(`/contacts/${contact.id}`, { name: name.trim(), email: email.trim(), note: note.trim(), language: spoken === "" ? null : spoken, numbers: kept }));
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    } finally {
      setBusy(false);
    }
  };
  const change = (index: number, value: Partial<{ number: string; label: string }>) => setNumbers(numbers.map((each, at) => (at === index ? { ...each, ...value } : each)));
  return (
    <section class="panel edit-contact">
      <form
        class="panel-b"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class="field">
          <span>{t("customer.name")}</span>
          <input class="input" required value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("customer.email")}</span>
          <input class="input" type="email" value={email} onInput={(event) => setEmail(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t("customer.language")}</span>
          <select class="input" value={spoken} onChange={(event) => setSpoken(event.currentTarget.value as "" | "en" | "zh")}>
            <option value="">{t("customer.anyLanguage")}</option>
            <option value="en">{t("language.en")}</option>
            <option value="zh">{t("language.zh")}</option>
          </select>
        </label>
        <label class="field wide">
          <span>{t("customer.note")}</span>
          <input class="input" value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
        <div class="field wide">
          <span>{t("customer.numbers")}</span>
          {[...numbers, { number: "", label: "" }].map((each, index) => (
            <span key={index} class="row">
              <input class="input" value={each.number} aria-label={t("customer.number")} placeholder={t("customer.number")} onInput={(event) => (index === numbers.length ? setNumbers([...numbers, { number: event.currentTarget.value, label: "" }]) : change(index, { number: event.currentTarget.value }))} />
              <input class="input label-input" value={each.label} aria-label={t("customer.label")} placeholder={t("customer.label")} disabled={index === numbers.length} onInput={(event) => change(index, { label: event.currentTarget.value })} />
            </span>
          ))}
        </div>
        <div class="row wide">
          <button class="btn btn-primary" disabled={busy || !name.trim()}>
            {t("save")}
          </button>
          {fault ? <span class="bad xs">{said(fault.words)}</span> : null}
        </div>
      </form>
    </section>
  );
}
