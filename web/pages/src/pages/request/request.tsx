import { useLive } from "../../api/live";
import { paceOfRequest } from "../../api/pace";
import type { AccessRequest, Me } from "../../api/types";
import { ArrivalNotice } from "../../parts/arrival_notice";
import { PageTitle } from "../../parts/page_title";
import { Loaded } from "../../parts/loaded";
import { RequestView } from "./view";

interface Props {
  me: Me;
  /** Something else may wait for the reader now, or nothing. */
  onDecided: () => void;
}

function At({ path, ...props }: Props & { path: string }) {
  const live = useLive<AccessRequest>(path, paceOfRequest);
  return (
    <>
      <ArrivalNotice decided />
      {!live.value && <PageTitle title="Request" />}
      <Loaded live={live} lines={6}>
        {(request) => <RequestView request={request} live={live} {...props} />}
      </Loaded>
    </>
  );
}

export function RequestPage({ id, ...props }: Props & { id: string }) {
  return <At path={`/api/v1/requests/${id}`} {...props} />;
}

/** Where a link of a message lands: the request it stands for, for the person it was sent to. */
export function LinkPage({ token, ...props }: Props & { token: string }) {
  return <At path={`/api/v1/links/${token}`} {...props} />;
}
