import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { announced } from "./announce";
import { asProblem, type Problem } from "./api/problem";
import { signOut } from "./api/session";
import type { Me } from "./api/types";
import { Button } from "./parts/button";
import { Icon, Logo } from "./parts/icon";
import { Notice } from "./parts/notice";
import { ProblemNotice } from "./parts/problem_notice";
import { Moment, When } from "./parts/time";
import type { Place } from "./route";

function Brand() {
  return (
    <a class="brand" href="/">
      <Logo />
      <span>Curfew</span>
    </a>
  );
}

function Announcer() {
  return (
    <div class="unseen" aria-live="polite">
      {announced.use()}
    </div>
  );
}

/** The frame without a person. */
export function Bare({ children }: { children: ComponentChildren }) {
  return (
    <>
      <header class="top">
        <div class="bar">
          <Brand />
        </div>
      </header>
      <main id="main" class="page">
        {children}
      </main>
    </>
  );
}

const appRoles: Record<string, string> = { "Curfew.Auditor": "Auditor", "Curfew.Admin": "Administrator" };

function PersonMenu({ me }: { me: Me }) {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: MouseEvent | KeyboardEvent) => {
      const menu = box.current;
      if (!menu?.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== "Escape") return;
        menu.querySelector("summary")?.focus();
      } else if (event.target instanceof Node && menu.contains(event.target)) return;
      menu.open = false;
    };
    addEventListener("click", close);
    addEventListener("keydown", close);
    return () => {
      removeEventListener("click", close);
      removeEventListener("keydown", close);
    };
  }, []);
  const roles = me.roles.map((role) => appRoles[role] ?? role);
  return (
    <details class="person" ref={box}>
      <summary aria-label={`${me.name ?? "You"}: account`}>
        <Icon name="person" />
        <span class="name">{me.name ?? "You"}</span>
        <Icon name="down" />
      </summary>
      <div class="menu">
        <p>
          <strong>{me.name ?? me.id}</strong>
          {roles.length > 0 && <span class="small">{roles.join(", ")}</span>}
        </p>
        <p class="small">
          Signed in <When at={me.sign_in.at} />, at most until <Moment at={me.session_ends_at} />
        </p>
        <SignOut />
      </div>
    </details>
  );
}

/** Leaving: the API ends the session and has the browser forget what was kept here. */
function SignOut() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const leave = () => {
    setBusy(true);
    signOut().catch((error) => {
      setProblem(asProblem(error));
      setBusy(false);
    });
  };
  return (
    <>
      {problem && <ProblemNotice problem={problem} />}
      <Button busy={busy} onClick={leave}>
        Sign out
      </Button>
    </>
  );
}

interface NavProps {
  here: Place["page"];
  waiting: number;
  decides: boolean;
  roles: string[];
}

function Nav({ here, waiting, decides, roles }: NavProps) {
  const auditor = roles.includes("Curfew.Auditor");
  const overseer = auditor || roles.includes("Curfew.Admin");
  const entries = [
    { page: "ask", href: "/", says: "Ask" },
    { page: "access", href: "/access", says: "My access" },
    ...(decides || here === "decide" ? [{ page: "decide", href: "/decide", says: "Decide" }] : []),
    ...(auditor ? [{ page: "history", href: "/history", says: "History" }] : []),
    ...(overseer ? [{ page: "watch", href: "/watch", says: "Watch" }] : []),
  ];
  return (
    <nav aria-label="Pages" class={entries.length > 3 ? "many" : undefined}>
      {entries.map(({ page, href, says }) => (
        <a href={href} key={page} aria-current={here === page ? "page" : undefined}>
          {says}
          {page === "decide" && waiting > 0 && (
            <span class="count">
              {waiting}
              <span class="unseen"> waiting</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}

function Offline() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  if (online) return null;
  return (
    <Notice tone="wait" said title="You are offline.">
      <p>You see what was true before. Access that is live still ends at its time by itself.</p>
    </Notice>
  );
}

interface Props {
  me: Me;
  here: Place["page"];
  waiting: number;
  decides: boolean;
  children: ComponentChildren;
}

/** The frame of every page: who you are, where you can go, and what is wrong with all of Curfew. */
export function Shell({ me, here, waiting, decides, children }: Props) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="top signed-in">
        <div class="bar">
          <Brand />
          <Nav here={here} waiting={waiting} decides={decides} roles={me.roles} />
          <PersonMenu me={me} />
        </div>
      </header>
      <main id="main" class="page" tabIndex={-1}>
        <Offline />
        {me.safe_mode && (
          <Notice tone="bad" title="Curfew is in safe mode: nothing is granted.">
            <p>
              Its store is older than what it remembers. Reading, giving back and revoking work. An administrator is
              needed.
            </p>
          </Notice>
        )}
        {children}
      </main>
      <Announcer />
    </>
  );
}
