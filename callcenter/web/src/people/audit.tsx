// The audit log: who did what, newest first, as far back as one asks. Its words for the details are in `told`.
import { useEffect, useMemo, useState } from "preact/hooks";
import { api, ApiFault } from "../api/http";
import { useLoad } from "../api/load";
import type { AuditBody, AuditEntry, UserListBody } from "../api/types";
import { clock, date } from "../format";
import { coded, language, t } from "../i18n";
import { Empty, Fault, Picker, SkeletonRows } from "../parts/controls";
import { teamName, zone } from "../session";
import { Shell } from "../shell";
import { moreOf, type Names, subjectOf } from "./told";

const ACTIONS = [
  "signed_in", "signed_out", "throttled", "password_changed", "user_created", "user_changed", "password_reset", "sessions_ended", "center_changed", "listened", "exported",
  "webhook_created", "webhook_changed", "webhook_secret_changed", "webhook_switched_off", "webhook_deleted",
] as const;

export function AuditPage() {
  const [action, setAction] = useState("");
  const [earlier, setEarlier] = useState<AuditBody[]>([]);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const loaded = useLoad(`audit ${action}`, () => api.get<AuditBody>("/audit", { action, limit: 50 }));
  useEffect(() => setEarlier([]), [action, loaded.asOf]);
  const people = useLoad("log-ins", () => api.get<UserListBody>("/users"));
  const names: Names = useMemo(
    () => ({
      logins: new Map(people.data?.items.map((user) => [user.id, user.login])),
      team: teamName,
      moment: (at) => `${date(at, language.value, zone.value)}, ${clock(at, language.value, zone.value)}`,
    }),
    [people.data],
  );
  const pages = loaded.data ? [loaded.data, ...earlier] : [];
  const items = pages.flatMap((page) => page.items);
  const next = pages.at(-1)?.next ?? null;
  const more = async () => {
    try {
      const page = await api.get<AuditBody>("/audit", { action, limit: 50, cursor: next });
      setEarlier([...earlier, page]);
      setFault(null);
    } catch (error) {
      if (error instanceof ApiFault) setFault(error);
    }
  };
  const shown = loaded.fault ?? fault;
  return (
    <Shell page="p-customers p-people" title={t("nav.audit")}>
      <section class="panel customers" data-state={loaded.data ? (items.length > 0 ? "there" : "empty") : loaded.fault ? "error" : "loading"}>
        <header class="panel-h">
          <Picker label={t("audit.action")} value={action} options={[{ value: "", label: t("audit.any") }, ...ACTIONS.map((each) => ({ value: each, label: t(`audit.${each}`) }))]} onChange={setAction} />
        </header>
        {shown ? <Fault fault={shown} again={loaded.reload} asOf={loaded.asOf} /> : null}
        {!loaded.data && !shown ? <SkeletonRows rows={10} height={40} /> : null}
        {loaded.data && items.length === 0 ? <Empty title={t("audit.none")} /> : null}
        {items.length > 0 ? (
          <div class="scrolls tbl-x">
            <table class="tbl">
              <thead>
                <tr>
                  <th>{t("audit.at")}</th>
                  <th>{t("audit.who")}</th>
                  <th>{t("audit.action")}</th>
                  <th class="hide-m">{t("audit.subject")}</th>
                  <th class="hide-m">{t("audit.details")}</th>
                </tr>
              </thead>
              <tbody>
                {items.map((entry) => (
                  <Row key={entry.id} entry={entry} names={names} />
                ))}
              </tbody>
            </table>
            {next ? (
              <p class="more">
                <button class="btn" onClick={() => void more()}>
                  {t("audit.more")}
                </button>
              </p>
            ) : null}
          </div>
        ) : null}
      </section>
    </Shell>
  );
}

function Row({ entry, names }: { entry: AuditEntry; names: Names }) {
  const subject = subjectOf(entry, names);
  const more = moreOf(entry.details, names);
  return (
    <tr class="wraps-m" data-action={entry.action}>
      <td class="num">
        <span class="nowrap">{date(entry.at, language.value, zone.value)}</span>, <span class="nowrap">{clock(entry.at, language.value, zone.value, true)}</span>
      </td>
      <td>{entry.login ?? <span class="t3">{t("audit.nobody")}</span>}</td>
      <td>
        {coded("audit", entry.action)}
        <div class="xs t2 only-m">{subject === entry.login ? more : [subject, more].filter(Boolean).join(" · ")}</div>
      </td>
      <td class="t2 hide-m" title={entry.subject}>
        {subject}
      </td>
      <td class="t2 xs hide-m wrap" title={entry.details}>
        {more}
      </td>
    </tr>
  );
}
