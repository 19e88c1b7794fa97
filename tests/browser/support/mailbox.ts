import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect } from "@playwright/test";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";

/** A mail that arrived. */
export type Mail = { to: string; subject: string; text: string; html: string };

/** A mail server on a free port, and the mails that it received. */
export class Mailbox {
  readonly #server: SMTPServer;
  readonly #mails: Mail[] = [];
  #refusal: string | undefined;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      // `refused-550@…` is rejected with 550, and so on.
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

  /** Rejects each recipient with 550 and this text from now on. Without a text, accepts them. */
  refuse(text: string | undefined): void {
    this.#refusal = text;
  }

  /** All mails to an address, the oldest first. */
  to(address: string): Mail[] {
    return this.#mails.filter((mail) => mail.to.toLowerCase() === address.toLowerCase());
  }

  /** Waits for the `count`th mail to an address with `subject` in its subject. */
  async wait(address: string, subject: string, count = 1): Promise<Mail> {
    const find = () => this.to(address).filter((mail) => mail.subject.includes(subject));
    // A mail that was refused is sent again after 15 seconds at the earliest.
    const options = { message: `mails to ${address}`, timeout: 30_000 };
    await expect.poll(() => find().length, options).toBe(count);
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

/** Returns the path and fragment of the link with a token in a mail. */
export function linkIn(mail: Mail): string {
  const [link] = /https?:\/\/\S+#token=[\w-]+/.exec(mail.text) ?? [];
  if (!link) throw new Error(`no link in ${mail.text}`);
  const { pathname, hash } = new URL(link);
  return pathname + hash;
}

/** Returns the token of a link. */
export const tokenOf = (link: string): string => link.split("#token=")[1] ?? "";
