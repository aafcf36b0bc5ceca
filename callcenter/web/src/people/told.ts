// What an entry of the audit log is about and what more it says, in words. Pure. What has no words is shown as it is.
import type { AuditEntry } from "../api/types";
import { coded, known, t, words } from "../i18n";

type Value = null | boolean | number | string | readonly Value[] | { readonly [name: string]: Value };
type Fields = Readonly<Record<string, Value>>;

export interface Names {
  /** Of log-ins, by their numbers. */
  readonly logins: ReadonlyMap<number, string>;
  readonly team: (id: string) => string;
  readonly moment: (at: number) => string;
}

/** "ana", "center, version 7", "webhook crm"; the subject itself when it is of a kind that is not known here. */
export function subjectOf(entry: Pick<AuditEntry, "subject" | "details">, names: Names): string {
  const [kind = "", id = ""] = entry.subject.split(/\/(.*)/s);
  if (kind === "users") return id === "unknown" ? t("subject.nobody") : (names.logins.get(Number(id)) ?? entry.subject);
  if (kind === "webhooks") {
    const { name, before } = fieldsOf(entry.details);
    const called = name ?? (before as Fields | undefined)?.["name"];
    return t("subject.webhooks", { id: typeof called === "string" ? called : id });
  }
  return `subject.${kind}` in words ? t(`subject.${kind}` as "subject.center", { id }) : entry.subject;
}

/** "role: agent → supervisor · from 10.0.0.7"; empty when there is no more to say. */
export function moreOf(details: string, names: Names): string {
  const { before, after, ...rest } = fieldsOf(details);
  const parts = isFields(before) && isFields(after) ? changesOf(before, after, names) : [];
  for (const [name, value] of Object.entries(rest)) if (value !== null && value !== false) parts.push(`${label(name)}: ${shown(name, value, names)}`);
  return parts.join(" · ");
}

function changesOf(before: Fields, after: Fields, names: Names): string[] {
  return Object.keys(after)
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${label(name)}: ${shown(name, before[name] ?? null, names)} → ${shown(name, after[name] ?? null, names)}`);
}

function shown(name: string, value: Value, names: Names): string {
  if (name === "teams") return value === null ? t("people.allTeams") : (value as readonly string[]).map(names.team).join(", ") || t("told.none");
  if (name === "kinds") return (value as readonly string[]).map((kind) => known("kind", kind) || kind).join(", ") || t("hook.allEvents");
  if (name === "role") return coded("role", String(value));
  if (name === "old_until") return names.moment(Number(value));
  if (value === null) return t("told.none");
  if (typeof value === "boolean") return value ? t("told.yes") : t("told.no");
  if (Array.isArray(value)) return value.map((each) => shown("", each as Value, names)).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const label = (name: string) => coded("told", name);

function fieldsOf(details: string): Fields {
  try {
    const found: unknown = JSON.parse(details);
    return isFields(found) ? found : {};
  } catch {
    return {};
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
