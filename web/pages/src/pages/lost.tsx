import { PageTitle } from "../parts/page_title";

export function Lost() {
  return (
    <>
      <PageTitle title="Not found">There is no such page</PageTitle>
      <p>
        The address may be mistyped. <a href="/">Ask for access</a> or look at <a href="/access">your access</a>.
      </p>
    </>
  );
}
