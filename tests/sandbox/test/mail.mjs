// Goal: sendMail takes what Exchange takes, answers 202 with nothing, and the mail lies in the mailbox.
import assert from "node:assert/strict";
import { specification } from "../../support/spec.mjs";
import { PERSONS, startSandbox, WORKBENCH } from "../../support/sandbox.mjs";

const sandbox = await startSandbox();
const to = (...addresses) => addresses.map((address) => ({ emailAddress: { address } }));

function send(message = {}, { from = "curfew@contoso.example", ...rest } = {}) {
  return sandbox.graph(`/users/${from}/sendMail`, {
    body: {
      message: {
        subject: "Hello",
        body: { contentType: "Text", content: "See http://127.0.0.1:8080/l/abc." },
        toRecipients: to("lena.vogt@contoso.example"),
        ...message,
      },
      saveToSentItems: false,
    },
    ...rest,
  });
}

await specification("sandbox/mail", {
  "a mail is accepted with 202 and no body, and kept with all that it had": async () => {
    const { status, text } = await send({
      ccRecipients: to("marc.dubois@contoso.example"),
      importance: "high",
      internetMessageHeaders: [{ name: "x-curfew-request", value: "01JD" }],
    });
    assert.deepEqual([status, text], [202, ""]);
    const [mail] = await sandbox.mail();
    assert.deepEqual(
      [mail.id, mail.from, mail.to, mail.cc, mail.subject],
      [1, "curfew@contoso.example", ["lena.vogt@contoso.example"], ["marc.dubois@contoso.example"], "Hello"],
    );
    assert.deepEqual(
      [mail.content_type, mail.content, mail.saved],
      ["text", "See http://127.0.0.1:8080/l/abc.", false],
    );
    assert.deepEqual(mail.headers, { "x-curfew-request": "01JD" });
    assert.deepEqual((await sandbox.journal()).at(-1).effect, {
      mail: { id: 1, to: ["lena.vogt@contoso.example"], subject: "Hello" },
    });
  },

  "mail is found by who it is to, and by number": async () => {
    await send({ toRecipients: to("Ana.Torres@contoso.example") });
    assert.equal((await sandbox.mail("ana.torres@contoso.example")).length, 1);
    assert.equal((await sandbox.mail("marc.dubois@contoso.example")).length, 1);
    assert.equal((await sandbox.mail("nobody@contoso.example")).length, 0);
    assert.deepEqual(
      (await sandbox.control("GET", "/mail?after=1")).items.map((mail) => mail.id),
      [2],
    );
  },

  "own headers begin with x-, and are five at most": async () => {
    const header = (name) => ({ name, value: "1" });
    const wrong = await send({ internetMessageHeaders: [header("Auto-Submitted")] });
    assert.deepEqual([wrong.status, wrong.code], [400, "InvalidInternetMessageHeader"]);
    const many = await send({ internetMessageHeaders: [1, 2, 3, 4, 5, 6].map((i) => header(`x-h${i}`)) });
    assert.deepEqual([many.status, many.code], [400, "InvalidInternetMessageHeaderCollection"]);
    assert.equal((await send({ internetMessageHeaders: [1, 2, 3, 4, 5].map((i) => header(`X-H${i}`)) })).status, 202);
  },

  "a malformed message is refused": async () => {
    for (const wrong of [
      { body: { contentType: "Markdown", content: "x" } },
      { body: undefined },
      { toRecipients: to("no address") },
      { toRecipients: ["a@b.example"] },
      { unknown: 1 },
      { subject: "x".repeat(256) },
    ]) {
      const { status, code } = await send(wrong);
      assert.deepEqual([status, code], [400, "RequestBodyRead"], JSON.stringify(wrong).slice(0, 60));
    }
    assert.equal((await send({ toRecipients: [] })).code, "ErrorInvalidRecipients");
    assert.equal(
      (await sandbox.graph("/users/curfew@contoso.example/sendMail", { body: "x", method: "POST" })).status,
      400,
    );
  },

  "the application may send from its own mailbox only": async () => {
    const other = await send({}, { from: PERSONS.lena });
    assert.deepEqual([other.status, other.code], [403, "ErrorAccessDenied"]);
    assert.equal((await send({}, { from: "nobody@contoso.example" })).code, "ErrorInvalidUser");
    await sandbox.control("PATCH", `/apps/${WORKBENCH}`, { mail_from: ["lena.vogt@contoso.example"] });
    assert.equal((await send({}, { from: PERSONS.lena })).status, 202);
    assert.equal((await send()).status, 403);
    await sandbox.withPermissions(["User.Read.All"], async (token) =>
      assert.equal((await send({}, { token })).code, "Authorization_RequestDenied"),
    );
  },

  "the front page shows text with links, and HTML in a frame that can do nothing": async () => {
    await sandbox.control("PATCH", `/apps/${WORKBENCH}`, { mail_from: ["curfew@contoso.example"] });
    await send({
      subject: "<script>alert(1)</script>",
      body: { contentType: "HTML", content: "<p onclick=evil()>Hello</p><script>evil()</script>" },
    });
    const page = await (await fetch(sandbox.origin)).text();
    assert.match(
      page,
      /<a href="http:\/\/127\.0\.0\.1:8080\/l\/abc" rel="noreferrer">http:\/\/127\.0\.0\.1:8080\/l\/abc<\/a>\./,
    );
    assert.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/);
    assert.ok(!page.includes("onclick=evil"));
    const [, frame] = page.match(/<iframe sandbox="[^"]*" title="mail" src="([^"]+)"/);
    const html = await fetch(sandbox.origin + frame);
    assert.match(html.headers.get("content-security-policy"), /default-src 'none'.*sandbox/);
    assert.match(await html.text(), /Hello/);
    assert.equal((await fetch(`${sandbox.origin}/_sandbox/mail/999/html`)).status, 404);
  },

  "the mailbox can be emptied": async () => {
    await sandbox.control("DELETE", "/mail");
    assert.deepEqual(await sandbox.mail(), []);
  },

  "it ends with nothing left over": async () => {
    assert.equal(await sandbox.stop(), 0);
  },
});
