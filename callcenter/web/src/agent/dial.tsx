// The dial field of an idle card: a number, or the name of a customer. The agent's own phone is rung first, by itself.
import { useState } from "preact/hooks";
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { ContactListBody } from "../api/types";
import { t } from "../i18n";
import { useLayer } from "../keys";
import { Icon } from "../parts/icons";
import { acting, place, trouble } from "./desk";

const LOOKS_DIALED = /^[+(]?[\d\s().\-/]{3,}$/;

export function DialField() {
  const [text, setText] = useState("");
  const [query, setQuery] = useState("");
  const number = LOOKS_DIALED.test(text.trim());
  const found = useLoad(query.length >= 2 && !number ? query : null, () => api.get<ContactListBody>("/contacts", { q: query, limit: 4 }));
  const open = found.data !== null && query !== "";
  useLayer(() => setQuery(""), open);
  const dial = async () => {
    if (number && (await place(text.trim()))) setText("");
  };
  return (
    <div class="dial">
      <form
        class="find wide"
        onSubmit={(event) => {
          event.preventDefault();
          void dial();
        }}
      >
        <Icon name="phone" />
        <input
          class="bare"
          value={text}
          placeholder={t("dial.placeholder")}
          aria-label={t("dial.placeholder")}
          autocomplete="off"
          onInput={(event) => {
            setText(event.currentTarget.value);
            setQuery(event.currentTarget.value.trim());
            trouble.value = null; // it was about what stood here before
          }}
        />
        {number ? (
          <button class="btn btn-primary btn-sm" disabled={acting.value === "place"}>
            {t("dial.call")}
          </button>
        ) : null}
      </form>
      {open && found.data ? (
        <ul class="dial-found">
          {found.data.items.flatMap((contact) =>
            contact.numbers.slice(0, 2).map((each) => (
              <li key={`${contact.id} ${each.number.value}`}>
                <button
                  class="plain"
                  onClick={async () => {
                    if (await place(each.number.value, contact.id)) {
                      setText("");
                      setQuery("");
                    }
                  }}
                >
                  <span class="b cut">{contact.name}</span>
                  <span class="xs t3 num cut">
                    {each.number.shown} {each.label}
                  </span>
                  <Icon name="phone" size="sm" />
                </button>
              </li>
            )),
          )}
          {found.data.items.length === 0 ? <li class="xs t3">{t("dial.nobody")}</li> : null}
        </ul>
      ) : null}
    </div>
  );
}
