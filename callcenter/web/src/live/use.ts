// A topic's views for a component, for as long as it is shown, and why there are none.
import { useEffect, useState } from "preact/hooks";
import type { ApiFault } from "../api/http";
import { subscribe, type Topic } from "./socket";
import type { TopicViews } from "./topic";

export interface Live {
  /** The last that is known; null until the first snapshot. */
  readonly views: TopicViews | null;
  /** Why there is nothing to show at all; what is merely old has views and no fault. */
  readonly fault: ApiFault | null;
}

export function useTopic(topic: Topic): Live {
  const [subscription, setSubscription] = useState<ReturnType<typeof subscribe> | null>(null);
  useEffect(() => {
    const made = subscribe(topic);
    setSubscription(made);
    return made.release;
  }, [topic]);
  return { views: subscription?.views.value ?? null, fault: subscription?.fault.value ?? null };
}
