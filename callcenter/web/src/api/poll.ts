// Loading something again and again while it is shown: as often as what came last says.
import { useEffect } from "preact/hooks";
import { type Loaded, useLoad } from "./load";

/** `every`: ms until the next look, by what is there; null: not by itself. A failure is tried again as `useLoad` does it. */
export function usePolled<T>(key: string | null, load: () => Promise<T>, every: (data: T) => number | null): Loaded<T> {
  const loaded = useLoad(key, load);
  const { data, asOf, reload } = loaded;
  const wait = data === null ? null : every(data);
  useEffect(() => {
    if (wait === null) return;
    const again = window.setTimeout(reload, wait);
    return () => window.clearTimeout(again);
  }, [asOf, wait, reload]);
  return loaded;
}
