// A topic's views and how messages change them: a snapshot replaces all, a delta sets and removes entities by id. Pure; what
// the entities are does not matter here.
import type { Delta, Snapshot } from "../api/types";

export const KINDS = ["queues", "agents", "calls"] as const;
export type Kind = (typeof KINDS)[number];
export type Entities = Readonly<Record<Kind, Readonly<Record<string, unknown>>>>;
export type TopicViews = Pick<Snapshot, Kind | "center" | "position">;

export function fromSnapshot({ position, center, queues, agents, calls }: Snapshot): TopicViews {
  return { position, center, queues, agents, calls };
}

/** Null: the delta is older than what is shown; nothing changes. One of the same position may bring names that came later. */
export function applyDelta(views: TopicViews, delta: Pick<Delta, "position" | "center" | "set" | "remove">): TopicViews | null {
  if (delta.position < views.position) return null;
  return { ...patch(views, delta.set, delta.remove), center: delta.center ?? views.center, position: delta.position };
}

/** The same maps with `set` put in and `remove` taken out. Maps that do not change stay the same objects. */
export function patch<T extends Pick<Entities, Kind>>(entities: T, set: Partial<Entities>, remove: Partial<Record<Kind, readonly string[]>>): T {
  const result: Record<string, unknown> = { ...entities };
  for (const kind of KINDS) {
    const added = set[kind] ?? {};
    const gone = remove[kind] ?? [];
    if (Object.keys(added).length === 0 && gone.length === 0) continue;
    const map: Record<string, unknown> = { ...entities[kind], ...added };
    for (const id of gone) if (!(id in added)) delete map[id];
    result[kind] = map;
  }
  return result as T;
}
