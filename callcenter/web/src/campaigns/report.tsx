// What an auditor takes away of a campaign: days are chosen, the signed file is fetched by the browser itself.
import { useState } from "preact/hooks";
import { path } from "../api/http";
import { addDays, isoDay } from "../format";
import { t } from "../i18n";
import { now } from "../live/clock";
import { Popover } from "../parts/controls";
import { Icon } from "../parts/icons";
import { zone } from "../session";

const MONTH = 30;

export function Report({ campaign }: { campaign: number }) {
  const today = isoDay(now.value, zone.value);
  const [open, setOpen] = useState(false);
  const [first, setFirst] = useState(addDays(today, 1 - MONTH));
  const [last, setLast] = useState(today);
  const close = () => setOpen(false);
  return (
    <span class="anchor push">
      <button class="btn btn-sm btn-icon" aria-haspopup="dialog" aria-expanded={open} aria-label={t("report.title")} title={t("report.title")} data-act="report" onClick={() => setOpen(!open)}>
        <Icon name="download" size="sm" />
      </button>
      <Popover open={open} close={close} label={t("report.title")} role="dialog" className="day-menu report-menu">
        <div class="from-to">
          <b>{t("report.title")}</b>
          <p class="xs t2">{t("report.what")}</p>
          <label class="field">
            <span>{t("stat.from")}</span>
            <input class="input" name="first" type="date" value={first} max={last} onChange={(event) => event.currentTarget.value && setFirst(event.currentTarget.value)} />
          </label>
          <label class="field">
            <span>{t("stat.to")}</span>
            <input class="input" name="last" type="date" value={last} min={first} max={today} onChange={(event) => event.currentTarget.value && setLast(event.currentTarget.value)} />
          </label>
          <a class="btn btn-primary" href={path(`/campaigns/${campaign}/report`, { first, last })} download onClick={close}>
            <Icon name="download" size="sm" />
            {t("report.fetch")}
          </a>
        </div>
      </Popover>
    </span>
  );
}
