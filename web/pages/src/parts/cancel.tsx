import { announce } from "../announce";
import { act } from "../api/session";
import type { AccessRequest } from "../api/types";
import { Confirm } from "./confirm";

interface Props {
  request: AccessRequest;
  onChange: (request: AccessRequest) => void;
  onClose: () => void;
}

/** Taking back what was asked for and is not live. */
export function Cancel({ request, onChange, onClose }: Props) {
  return (
    <Confirm
      title="Cancel this request?"
      does="Cancel the request"
      kind="danger"
      onClose={onClose}
      onDo={async () => {
        onChange(await act<AccessRequest>(`/api/v1/requests/${request.id}/cancel`, {}));
        announce("The request is cancelled.");
      }}
    >
      <p>Nobody decides on it any more, and no access follows from it.</p>
    </Confirm>
  );
}

export const cancellable = (request: AccessRequest): boolean =>
  ["checking", "pending"].includes(request.state) || request.grants.some((grant) => grant.state === "waiting");
