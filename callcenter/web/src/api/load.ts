// Loading something for a component: loading, there, or failed; what was loaded before stays while it fails or loads anew.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { serverNow } from "../live/clock";
import { linkState } from "../live/socket";
import { ApiFault } from "./http";

export interface Loaded<T> {
  /** The last that came; null until then. */
  readonly data: T | null;
  readonly fault: ApiFault | null;
  readonly loading: boolean;
  /** When `data` came, the server's clock. */
  readonly asOf: number | null;
  readonly reload: () => void;
  readonly replace: (data: T) => void;
}

interface Held<T> {
  key: string | null;
  data: T | null;
  fault: ApiFault | null;
  loading: boolean;
  asOf: number | null;
}

const AGAIN_MS = 4000;

/** `key` null: nothing to load. A new key forgets what was there; a failure is tried again by itself when the line is back. */
export function useLoad<T>(key: string | null, load: () => Promise<T>): Loaded<T> {
  const [held, setHeld] = useState<Held<T>>({ key: null, data: null, fault: null, loading: key !== null, asOf: null });
  const run = useRef(0);
  const loader = useRef(load);
  loader.current = load;

  const reload = useCallback(() => {
    const mine = ++run.current;
    if (key === null) return setHeld({ key, data: null, fault: null, loading: false, asOf: null });
    setHeld((before) => (before.key === key ? { ...before, loading: true } : { key, data: null, fault: null, loading: true, asOf: null }));
    loader.current().then(
      (data) => mine === run.current && setHeld({ key, data, fault: null, loading: false, asOf: serverNow() }),
      (error: unknown) => {
        if (mine !== run.current) return;
        const fault = error instanceof ApiFault ? error : new ApiFault(0, "page", { en: String(error), zh: String(error) });
        setHeld((before) => ({ ...before, fault, loading: false }));
      },
    );
  }, [key]);

  useEffect(() => {
    reload();
    return () => {
      run.current += 1;
    };
  }, [reload]);

  const failed = held.fault !== null && held.fault.passing;
  const live = linkState.value === "live";
  useEffect(() => {
    if (!failed || !live) return;
    const again = window.setTimeout(reload, AGAIN_MS);
    return () => window.clearTimeout(again);
  }, [failed, live, held, reload]);

  const current = held.key === key ? held : { data: null, fault: null, loading: key !== null, asOf: null };
  const replace = useCallback((data: T) => setHeld({ key, data, fault: null, loading: false, asOf: serverNow() }), [key]);
  return { data: current.data, fault: current.fault, loading: current.loading, asOf: current.asOf, reload, replace };
}
