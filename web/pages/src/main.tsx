import { render } from "preact";
import { lookWho } from "./api/session";
import { App } from "./app";
import { watchLinks } from "./route";
import "./style/all.css";

watchLinks();
/* A page that comes back from the browser's own cache shows what was true then. */
addEventListener("pageshow", (event) => event.persisted && location.reload());
void lookWho();
render(<App />, document.getElementById("app") as HTMLElement);
