// Find in the top bar: Ctrl K opens it from anywhere; a customer's page opens, the call goes on.
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useKey } from "../keys";
import { Kbd, Popover } from "../parts/controls";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { ContactSearch } from "./search";

export function Find() {
  const [open, setOpen] = useState(false);
  useKey("Ctrl K", () => setOpen(true));
  const close = () => setOpen(false);
  return (
    <span class="anchor find-anchor hide-m">
      <button type="button" class="find" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(true)}>
        <Icon name="search" />
        <span class="cut">{t("find.placeholder")}</span>
        <Kbd>Ctrl K</Kbd>
      </button>
      <Popover open={open} close={close} label={t("find.placeholder")} role="dialog" className="find-menu">
        <ContactSearch
          placeholder={t("find.placeholder")}
          close={close}
          choose={(contact) => {
            close();
            go(`/customers/${contact.id}`);
          }}
        />
      </Popover>
    </span>
  );
}
