// Finding a customer by part of a name or a number in any form: a field with what it found below. Used by the match bar and by find.
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { ContactBody, ContactListBody } from "../api/types";
import { said, t } from "../i18n";
import { useLayer } from "../keys";
import { Kbd } from "../parts/controls";
import { Icon } from "../parts/icons";

const PAUSE_MS = 180;

export function useContactSearch(limit: number): { text: string; setText: (text: string) => void; query: string; found: ReturnType<typeof useLoad<ContactListBody>> } {
  const [text, setText] = useState("");
  const [query, setQuery] = useState("");
  useEffect(() => {
    const timer = window.setTimeout(() => setQuery(text.trim()), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  const found = useLoad(query.length >= 2 ? query : null, () => api.get<ContactListBody>("/contacts", { q: query, limit }));
  return { text, setText, query, found };
}

export function ContactSearch(props: { placeholder: string; choose: (contact: ContactBody) => void; close: () => void }) {
  const { text, setText, query, found } = useContactSearch(6);
  const [at, setAt] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  useLayer(props.close);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => setAt(0), [query]);
  const items = found.data?.items ?? [];
  return (
    <div
      class="contact-search"
      onKeyDown={(event) => {
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          event.preventDefault();
          setAt((before) => Math.max(0, Math.min(items.length - 1, before + (event.key === "ArrowDown" ? 1 : -1))));
        }
        if (event.key === "Enter" && items[at]) {
          event.preventDefault();
          props.choose(items[at]);
        }
      }}
    >
      <div class="find is-open">
        <Icon name="search" />
        <input ref={field} class="bare" value={text} placeholder={props.placeholder} aria-label={props.placeholder} autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} />
        <Kbd>Esc</Kbd>
      </div>
      <Found items={items} at={at} choose={props.choose} />
      {found.fault ? <p class="menu-h bad">{said(found.fault.words)}</p> : null}
      {!found.fault && found.data && items.length === 0 ? <p class="menu-h">{t("find.nobody")}</p> : null}
      {!found.data && !found.fault ? <p class="menu-h">{query.length < 2 ? t("find.hint") : t("loading")}</p> : null}
    </div>
  );
}

function Found({ items, at, choose }: { items: readonly ContactBody[]; at: number; choose: (contact: ContactBody) => void }) {
  if (items.length === 0) return null;
  return (
    <ul role="listbox" aria-label={t("find.results")}>
      {items.map((contact, index) => (
        <li key={contact.id} class={index === at ? "on" : ""}>
          <button type="button" role="option" aria-selected={index === at} onClick={() => choose(contact)}>
            <span class="grow">
              <span class="b cut block">{contact.name}</span>
              <span class="xs t3 cut block num">
                {[contact.account?.name, contact.numbers.map((each) => each.number.shown).join(", ")].filter(Boolean).join(" · ")}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
