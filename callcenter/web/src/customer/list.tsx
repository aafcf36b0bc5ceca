// Customers: found by part of a name or by a number in any form.
import { Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { api } from "../api/http";
import { useLoad } from "../api/load";
import type { ContactListBody } from "../api/types";
import { Empty, Fault, SkeletonRows } from "../parts/controls";
import { Icon } from "../parts/icons";
import { go } from "../router";
import { Shell } from "../shell";
import { useContactSearch } from "./search";

export function CustomersPage() {
  const { text, setText, query, found } = useContactSearch(50);
  const all = useLoad(query.length < 2 ? "all contacts" : null, () => api.get<ContactListBody>("/contacts", { limit: 50 }));
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const shown = query.length >= 2 ? found : all;
  const items = shown.data?.items ?? [];
  return (
    <Shell page="p-customers" title={t("nav.customers")}>
      <section class="panel customers" data-state={shown.data ? (items.length > 0 ? "there" : "empty") : shown.fault ? "error" : "loading"}>
        <header class="panel-h">
          <div class="find wide">
            <Icon name="search" />
            <input ref={field} class="bare" value={text} placeholder={t("find.placeholder")} aria-label={t("find.placeholder")} autocomplete="off" onInput={(event) => setText(event.currentTarget.value)} />
          </div>
        </header>
        {shown.fault ? <Fault fault={shown.fault} again={shown.reload} asOf={shown.asOf} /> : null}
        {!shown.data && !shown.fault ? <SkeletonRows rows={10} height={40} /> : null}
        {shown.data && items.length === 0 ? <Empty icon="users" title={t("find.nobody")} /> : null}
        {items.length > 0 ? (
          <div class="scrolls tbl-x">
            <table class="tbl">
              <thead>
                <tr>
                  <th>{t("customer.name")}</th>
                  <th class="hide-m">{t("customer.account")}</th>
                  <th>{t("customer.numbers")}</th>
                  <th class="hide-m">{t("customer.language")}</th>
                  <th class="hide-m">{t("customer.email")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((contact) => (
                  <tr key={contact.id} class="opens wraps-m" onClick={() => go(`/customers/${contact.id}`)}>
                    <td>
                      <a class="medium" href={`/customers/${contact.id}`}>
                        {contact.name}
                      </a>
                      {contact.account ? <div class="xs t2 only-m">{contact.account.name}</div> : null}
                    </td>
                    <td class="t2 hide-m">{contact.account?.name ?? "–"}</td>
                    <td class="num">
                      {contact.numbers.map((each, index) => (
                        <Fragment key={each.number.value}>
                          {index > 0 ? ", " : ""}
                          <span class="nowrap">{each.number.shown}</span>
                        </Fragment>
                      ))}
                    </td>
                    <td class="t2 hide-m">{contact.language ? t(`language.${contact.language}`) : "–"}</td>
                    <td class="t2 hide-m">{contact.email || "–"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : null}
      </section>
    </Shell>
  );
}
