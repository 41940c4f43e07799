import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

interface Props {
  /** Of the browser's tab; the heading may say more. */
  title: string;
  children?: ComponentChildren;
  beside?: ComponentChildren;
}

/** The heading of a page: it takes the focus when the page is gone to. */
export function PageTitle({ title, children, beside }: Props) {
  useEffect(() => {
    document.title = `${title} · Curfew`;
  }, [title]);
  return (
    <div class="page-title">
      <h1 tabIndex={-1}>{children ?? title}</h1>
      {beside}
    </div>
  );
}
