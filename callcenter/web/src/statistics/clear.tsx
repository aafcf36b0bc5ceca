// Clear filters: offered where a selection holds nothing.
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
