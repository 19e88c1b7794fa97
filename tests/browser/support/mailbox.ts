import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect } from "@playwright/test";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

/** A mail that arrived. */
export type Mail = { to: string; subject: string; text: string; html: string };

/** A mail server on a free port, and what it was given. */
export class Mailbox {
  readonly #server: SMTPServer;
  readonly #mails: Mail[] = [];
  #refusal: string | undefined;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      // `refused-550@…` is answered with 550, and so on.
      onRcptTo: ({ address }, _, done) => {
        if (this.#refusal)
          return done(Object.assign(new Error(this.#refusal), { responseCode: 550 }));
        const [, code] = /^refused-(\d+)@/.exec(address) ?? [];
        done(code ? Object.assign(new Error("No such person"), { responseCode: +code }) : null);
      },
      onData: (stream, session, done) => {
        simpleParser(stream).then((mail) => {
          const to = session.envelope.rcptTo.map(({ address }) => address).join(",");
          this.#mails.push(read(mail, to));
          done();
        }, done);
      },
    });
  }

  static async open(): Promise<Mailbox> {
    const mailbox = new Mailbox();
    mailbox.#server.listen(0, "127.0.0.1");
    await once(mailbox.#server.server, "listening");
    return mailbox;
  }

  /** The value of `TOKENVUE_SMTP_URL`. */
  get url(): string {
    const { port } = this.#server.server.address() as AddressInfo;
    return `smtp://127.0.0.1:${port}?tls=none`;
  }

  /** From now on each recipient is answered with 550 and this text; without one, mails are taken. */
  refuse(text: string | undefined): void {
    this.#refusal = text;
  }

  /** All mails to an address, the oldest first. */
  to(address: string): Mail[] {
    return this.#mails.filter((mail) => mail.to.toLowerCase() === address.toLowerCase());
  }

  /** Waits for the mail to an address that has `subject` in its subject, the `count`th of them. */
  async wait(address: string, subject: string, count = 1): Promise<Mail> {
    const find = () => this.to(address).filter((mail) => mail.subject.includes(subject));
    await expect.poll(() => find().length, { message: `mails to ${address}` }).toBe(count);
    const mail = find().at(-1);
    if (!mail) throw new Error(`no mail to ${address}`);
    return mail;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

const read = (mail: ParsedMail, to: string): Mail => ({
  to,
  subject: mail.subject ?? "",
  text: mail.text ?? "",
  html: mail.html || "",
});

/** The link with a token that a mail has, as path and fragment. */
export function linkIn(mail: Mail): string {
  const [link] = /https?:\/\/\S+#token=[\w-]+/.exec(mail.text) ?? [];
  if (!link) throw new Error(`no link in ${mail.text}`);
  const { pathname, hash } = new URL(link);
  return pathname + hash;
}

/** The token of a link. */
export const tokenOf = (link: string): string => link.split("#token=")[1] ?? "";
