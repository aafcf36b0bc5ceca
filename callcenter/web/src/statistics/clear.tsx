// What a selection that shows nothing offers: to clear its filters, and to say which of them the server did not take.
import type { ApiFault } from "../api/http";
import { t } from "../i18n";
import type { Selection } from "./filter";
import { select } from "./select";

export function ClearFilters({ selection }: { selection: Selection }) {
  if (selection.queues.length === 0 && selection.teams.length === 0) return null;
  return (
    <button class="btn btn-sm" onClick={() => select({ queue: [], team: [], open: null })}>
      {t("stat.clear")}
    </button>
  );
}

/** The filter that failed, by the name that it has on the page; empty when it was none of them. */
export function failedFilter(fault: ApiFault): string {
  switch (fault.field) {
    case "first":
    case "last":
      return t("stat.days");
    case "step":
      return t("stat.step");
    case "compare":
      return t("stat.compare");
    case "queue":
      return t("board.queues");
    case "team":
      return t("board.team");
    default:
      return "";
  }
}
