// Addresses of the pages: the history API, links that stay in the page, and the filter that lives in the address.
import { signal } from "@preact/signals";

export const place = signal({ path: location.pathname, query: new URLSearchParams(location.search), hash: location.hash });

function read(): void {
  place.value = { path: location.pathname, query: new URLSearchParams(location.search), hash: location.hash };
}

export function go(address: string, replace = false): void {
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  read();
  if (!replace) document.querySelector(".main")?.scrollTo(0, 0);
}

/** Puts values into the address's query; null takes one out. */
export function setQuery(values: Readonly<Record<string, string | readonly string[] | null>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) {
    query.delete(name);
    if (value === null) continue;
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value as string]) query.append(name, each);
  }
  const text = query.toString();
  go(location.pathname + (text ? `?${text}` : "") + location.hash, true);
}

export function startRouting(): void {
  window.addEventListener("popstate", read);
  window.addEventListener("hashchange", read);
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || link.pathname.startsWith("/assets/")) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}
