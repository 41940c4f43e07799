import { Button } from "../../parts/button";
import { Icon } from "../../parts/icon";
import { Skeleton } from "../../parts/loaded";
import { PageTitle } from "../../parts/page_title";
import { ProblemNotice } from "../../parts/problem_notice";
import { address, go } from "../../route";
import { EventRow } from "./event_row";
import { Exports } from "./exports";
import { FilterForm } from "./filter_form";
import { filtersOf, queryOf } from "./filters";
import { useHistory } from "./use_history";

const COLUMNS = ["Time", "What happened", "About", "Role", "By"];

/** Who had what, when, why, who agreed, and did it end: for auditors. */
export function History() {
  const { query } = address.use();
  const filters = filtersOf(query);
  const { events, cursor, problem, loading, older, again } = useHistory(queryOf(filters));
  const filtered = Object.keys(filters).length > 0;
  return (
    <>
      <PageTitle
        title="History"
        beside={
          <Button kind="quiet" busy={loading} onClick={again}>
            <Icon name="again" /> Refresh
          </Button>
        }
      />
      <FilterForm filters={filters} problem={problem} onChange={(changed) => go(`/history${queryOf(changed)}`)} />
      <Exports filters={filters} />
      {problem && !problem.errors.length && <ProblemNotice problem={problem} onAgain={again} />}
      {!events && !problem && <Skeleton lines={8} />}
      {events?.length === 0 && (
        <p class="empty">{filtered ? "Nothing was recorded that fits these filters." : "Nothing was recorded yet."}</p>
      )}
      {events && events.length > 0 && (
        <table class="events" role="table" aria-label="Events, the newest first">
          <thead role="rowgroup">
            <tr role="row">
              {COLUMNS.map((name) => (
                <th role="columnheader" scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {events.map((event) => (
              <EventRow event={event} key={event.seq} />
            ))}
          </tbody>
        </table>
      )}
      {events && cursor && (
        <p class="older">
          <Button busy={loading} onClick={older}>
            Show older
          </Button>
        </p>
      )}
    </>
  );
}
