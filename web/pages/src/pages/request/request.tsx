import { useLive } from "../../api/live";
import { paceOfRequest } from "../../api/pace";
import type { AccessRequest, Me } from "../../api/types";
import { PageTitle } from "../../parts/page_title";
import { Loaded } from "../../parts/loaded";
import { RequestView } from "./view";

function At({ path, me }: { path: string; me: Me }) {
  const live = useLive<AccessRequest>(path, paceOfRequest);
  return (
    <>
      {!live.value && <PageTitle title="Request" />}
      <Loaded live={live} lines={6}>
        {(request) => <RequestView request={request} live={live} me={me} />}
      </Loaded>
    </>
  );
}

export function RequestPage({ id, me }: { id: string; me: Me }) {
  return <At path={`/api/v1/requests/${id}`} me={me} />;
}

/** Where a link of a message lands: the request it stands for, for the person it was sent to. */
export function LinkPage({ token, me }: { token: string; me: Me }) {
  return <At path={`/api/v1/links/${token}`} me={me} />;
}
