// REST calls to the service. Every failure is an ApiFault that says, in both languages, what to do. Nothing is retried here.
import type { ErrorBody, Words } from "./types";

export class ApiFault extends Error {
  /** status 0: the service was not reached at all. */
  constructor(
    readonly status: number,
    readonly code: string,
    readonly words: Words,
    readonly field: string | null = null,
  ) {
    super(code);
  }

  /** Nothing was wrong with what was asked: the same may work in a moment. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export const UNREACHED: Words = {
  en: "The service cannot be reached. Check the network; it is tried again.",
  zh: "无法连接服务，请检查网络，系统会自动重试。",
};
const STRANGE: Words = {
  en: "The service gave an answer that cannot be read. Load the page again.",
  zh: "服务返回了无法识别的内容，请重新加载页面。",
};

let whenSignedOut: () => void = () => undefined;
/** What to do when the service says that the session is over. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

export type Query = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

export function path(base: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) for (const each of value as readonly string[]) search.append(name, each);
    else search.set(name, String(value));
  }
  const text = search.toString();
  return `/api/v1${base}${text ? `?${text}` : ""}`;
}

async function call<T>(method: string, url: string, body?: unknown, keepalive = false, more: Record<string, string> = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      keepalive,
      credentials: "same-origin",
      headers: body === undefined ? more : { "Content-Type": "application/json", ...more },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    throw new ApiFault(0, "unreached", UNREACHED);
  }
  if (response.ok) {
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch {
      throw new ApiFault(response.status, "unreadable", STRANGE);
    }
  }
  let error: ErrorBody | null = null;
  try {
    error = (await response.json()) as ErrorBody;
  } catch {
    error = null;
  }
  if (error?.code === "signed_out") whenSignedOut();
  throw error?.message ? new ApiFault(response.status, error.code, error.message, error.field) : new ApiFault(response.status, "unreadable", STRANGE);
}

/** How long a second press on the same thing is taken for the first. */
const PRESSED_TWICE_MS = 1000;
/** How long after a failure that leaves open what was done the same thing is taken for another attempt. */
const TRIED_AGAIN_MS = 60_000;
const keys = new Map<string, string>();

/**
 * Creates one thing, however often it is asked for: a double press and a repetition after a time-out have the key of the first
 * attempt, which the service carries out once. A definite answer ends the key.
 */
async function create<T>(base: string, body: unknown): Promise<T> {
  const thing = `${base} ${JSON.stringify(body)}`;
  const key = keys.get(thing) ?? newKey();
  keys.set(thing, key);
  const forget = () => {
    if (keys.get(thing) === key) keys.delete(thing);
  };
  try {
    const made = await call<T>("POST", path(base), body, false, { "Idempotency-Key": key });
    setTimeout(forget, PRESSED_TWICE_MS);
    return made;
  } catch (fault) {
    const unknown = fault instanceof ApiFault && (fault.passing || fault.code === "in_progress");
    if (unknown) setTimeout(forget, TRIED_AGAIN_MS);
    else forget();
    throw fault;
  }
}

/** Not randomUUID, which pages over plain http do not have. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const api = {
  create,
  get: <T>(base: string, query?: Query) => call<T>("GET", path(base, query)),
  post: <T = unknown>(base: string, body?: unknown) => call<T>("POST", path(base), body),
  put: <T = unknown>(base: string, body?: unknown, keepalive = false) => call<T>("PUT", path(base), body, keepalive),
  patch: <T = unknown>(base: string, body?: unknown) => call<T>("PATCH", path(base), body, true),
  delete: (base: string) => call<undefined>("DELETE", path(base)),
};
