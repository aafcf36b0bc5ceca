// A one-time password: shown here once, to be read out or copied, and kept nowhere.
import type { OneTimeBody } from "../api/types";
import { clock, date } from "../format";
import { language, t } from "../i18n";
import { Icon } from "../parts/icons";
import { zone } from "../session";

export function OneTime({ made, close }: { made: OneTimeBody; close: () => void }) {
  const until = made.user.one_time_until ?? 0;
  const time = `${date(until, language.value, zone.value)}, ${clock(until, language.value, zone.value)}`;
  return (
    <div class="banner one-time" role="status">
      <Icon name="info" />
      <div class="grow">
        <div>
          {t("people.passwordFor", { login: made.user.login })}: <output class="b num" data-password="one-time">{made.password}</output>
        </div>
        <div class="xs t2">{t("people.passwordOnce", { time })}</div>
      </div>
      <button class="btn btn-quiet btn-icon" aria-label={t("close")} onClick={close}>
        <Icon name="x" />
      </button>
    </div>
  );
}
