// Changing the selection: the address changes, and the page follows.
import { setQuery } from "../router";

type Single = "tab" | "first" | "last" | "step" | "compare" | "open";

export function select(change: Partial<Record<Single, string | null>> & { queue?: readonly string[]; team?: readonly string[] }): void {
  setQuery(change as Record<string, string | readonly string[] | null>);
}
