import type { Doubt, Grant } from "../api/types";
import { Notice } from "./notice";
import { When } from "./time";

function Wrong({ doubt, holder }: { doubt: Doubt; holder: string | null }) {
  return (
    <Notice tone={doubt.verdict === "fail" ? "bad" : "wait"} title={doubt.says}>
      {!doubt.revoked && !holder && doubt.mend && <p>{doubt.mend}</p>}
      {doubt.revoked ? (
        <p>This is why the access was taken away.</p>
      ) : (
        <p>
          Since <When at={doubt.since} />.{" "}
          {doubt.revokes_at && (
            <>
              If it stays so, this access is taken away <When at={doubt.revokes_at} />.
            </>
          )}
        </p>
      )}
    </Notice>
  );
}

function SignedOut({ grant, holder }: { grant: Grant; holder: string | null }) {
  const whom = holder ? `${holder} is` : "You are";
  if (!grant.sign_out) return null;
  if (grant.sign_out.state === "done")
    return (
      <p class="small">
        {whom} signed out of everything since <When at={grant.sign_out.at} />: tools ask for a new sign-in within minutes.
      </p>
    );
  if (grant.sign_out.state === "asked") return <p class="small">{whom} being signed out of everything.</p>;
  return <p class="small">Signing out of everything was refused by Entra: sessions that are open stay open.</p>;
}

/** What the watch of live access found, what it was taken away for, and what may go on working for a while. */
export function Watched({ grant, holder }: { grant: Grant; holder: string | null }) {
  return (
    <>
      {grant.usable_by && (
        <p class="small">
          Tools may not see it before <When at={grant.usable_by} />.
        </p>
      )}
      {grant.doubts.map((doubt) => (
        <Wrong doubt={doubt} holder={holder} key={doubt.check} />
      ))}
      <SignedOut grant={grant} holder={holder} />
      {grant.lingers && (
        <p class="small">
          {grant.lingers.says} That is until <When at={grant.lingers.until} />, and <When at={grant.lingers.longest} /> at the
          longest.
        </p>
      )}
    </>
  );
}
