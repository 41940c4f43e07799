import { useEffect, useRef } from "preact/hooks";
import { get } from "./api/call";
import { useLive, type Live } from "./api/live";
import { lookWho } from "./api/session";
import type { AccessRequest, List, Me } from "./api/types";
import { Access } from "./pages/access/access";
import { Ask } from "./pages/ask/ask";
import { waitsFor } from "./pages/decide/waits";
import { Decide } from "./pages/decide/decide";
import { History } from "./pages/history/history";
import { Lost } from "./pages/lost";
import { LinkPage, RequestPage } from "./pages/request/request";
import { WatchPage } from "./pages/watch/watch";
import { address, placeOf, type Place } from "./route";
import { shared } from "./state";
import { Shell } from "./shell";

const QUEUE = "/api/v1/requests?approvable=true&state=pending";
const QUEUE_SECONDS = 20;
const WHO_SECONDS = 120;

/** What was had before anybody approved it, and waits for this person to look at it. */
const REVIEWS = "/api/v1/requests?reviewable=true";

const useQueue = () => useLive<List<AccessRequest>>(QUEUE, () => QUEUE_SECONDS);

/** Whether this person was ever asked to decide: only then is there something to see under Decide. */
const decides = shared(false);

function useWho(): void {
  useEffect(() => {
    get<List<AccessRequest>>("/api/v1/requests?approvable=true&limit=1", { background: true })
      .then((list) => decides.set(list.items.length > 0))
      .catch(() => {});
    const timer = setInterval(() => document.hidden || void lookWho(true), WHO_SECONDS * 1000);
    return () => clearInterval(timer);
  }, []);
}

interface PageProps {
  place: Place;
  me: Me;
  queue: Live<List<AccessRequest>>;
  reviews: Live<List<AccessRequest>>;
}

function Page({ place, me, queue, reviews }: PageProps) {
  const onDecided = () => {
    queue.refresh();
    reviews.refresh();
  };
  switch (place.page) {
    case "ask":
      return <Ask me={me} />;
    case "access":
      return <Access me={me} />;
    case "decide":
      return <Decide me={me} queue={queue} reviews={reviews.value?.items ?? []} />;
    case "history":
      return <History />;
    case "watch":
      return <WatchPage />;
    case "request":
      return <RequestPage id={place.id} me={me} onDecided={onDecided} key={place.id} />;
    case "link":
      return <LinkPage token={place.token} me={me} onDecided={onDecided} key={place.token} />;
    case "lost":
      return <Lost />;
  }
}

export function SignedIn({ me }: { me: Me }) {
  const { path } = address.use();
  const place = placeOf(path);
  const queue = useQueue();
  const reviews = useLive<List<AccessRequest>>(REVIEWS, () => QUEUE_SECONDS * 3);
  const asked = decides.use();
  const first = useRef(true);
  const waiting = queue.value?.items.filter((request) => waitsFor(request, me)).length ?? 0;
  const owed = reviews.value?.items.length ?? 0;
  useWho();

  useEffect(() => {
    if (!first.current) document.querySelector<HTMLElement>("main h1")?.focus();
    first.current = false;
    scrollTo(0, 0);
  }, [path]);

  return (
    <Shell me={me} here={place.page} waiting={waiting + owed} decides={asked || waiting + owed > 0}>
      <Page place={place} me={me} queue={queue} reviews={reviews} />
    </Shell>
  );
}
