// A topic's views for a component, for as long as it is shown.
import { useEffect, useState } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import { subscribe, type Topic } from "./socket";
import type { TopicViews } from "./topic";

export function useTopic(topic: Topic): TopicViews | null {
  const [views, setViews] = useState<ReadonlySignal<TopicViews | null> | null>(null);
  useEffect(() => {
    const subscription = subscribe(topic);
    setViews(subscription.views);
    return subscription.release;
  }, [topic]);
  return views?.value ?? null;
}
