import { useLive } from "../../api/live";
import type { Watch, Watched } from "../../api/types";
import { Loaded } from "../../parts/loaded";
import { Notice } from "../../parts/notice";
import { PageTitle } from "../../parts/page_title";
import { Section } from "../../parts/section";
import { isoOf, isoWords } from "../../time/span";
import { FindingCard } from "./finding_card";
import { TargetRow } from "./target_row";

const PATH = "/api/v1/watch";
const PACE_SECONDS = 20;

function Late({ items, lag }: { items: Watched[]; lag: number }) {
  const late = items.filter((item) => item.late).length;
  if (!late) return null;
  return (
    <Notice tone="bad" title={`${late} of ${items.length} could not be read lately.`}>
      <p>
        The oldest reading is {isoWords(isoOf(lag))} old. Curfew keeps trying; until it can read, what happened since is
        not known.
      </p>
    </Notice>
  );
}

function Untold() {
  return (
    <Notice tone="wait" title="Nobody is told of what is found here.">
      <p>Whoever writes the policy can name people under &ldquo;alarms&rdquo;, &ldquo;tell&rdquo;.</p>
    </Notice>
  );
}

/** Who holds what in the directory that nothing explains: for auditors and administrators. */
export function WatchPage() {
  const watch = useLive<Watch>(PATH, () => PACE_SECONDS);
  return (
    <>
      <PageTitle title="Watch" />
      <Loaded live={watch} lines={6}>
        {({ items, lag_seconds, told }) => {
          const found = items.flatMap((item) => item.findings.map((finding) => ({ item, finding })));
          return (
            <>
              <Late items={items} lag={lag_seconds} />
              {!told && <Untold />}
              <Section title="Found">
                {found.length ? (
                  <ul class="grid">
                    {found.map(({ item, finding }) => (
                      <FindingCard role={item.role_name} finding={finding} key={finding.id} />
                    ))}
                  </ul>
                ) : (
                  <p class="empty">Everything that was read is explained.</p>
                )}
              </Section>
              <Section title="Watched">
                {items.length ? (
                  <ul class="rows">
                    {items.map((item) => (
                      <TargetRow item={item} key={item.target} />
                    ))}
                  </ul>
                ) : (
                  <p class="empty">The policy has no roles.</p>
                )}
              </Section>
            </>
          );
        }}
      </Loaded>
    </>
  );
}
