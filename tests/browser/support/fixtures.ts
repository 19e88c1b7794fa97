import { type BrowserContext, test as base, expect } from "@playwright/test";
import { type Engine, POSTGRES, withDatabase } from "./database.ts";
import { Mailbox } from "./mailbox.ts";
import { Team } from "./people.ts";
import { Program, type Settings, withFolder } from "./program.ts";
import { watch } from "./watch.ts";

export type Options = {
  engine: Engine;
  /** Settings of the program besides those that every test needs; an empty one takes that away. */
  settings: Settings;
};

type Fixtures = {
  mailbox: Mailbox;
  /** Where the program keeps its data. */
  folder: string;
  /** What the program was started with, to start it once more. */
  started: Settings;
  program: Program;
  /** A team with an admin; what it needs is not done through the browser. */
  team: Team;
  /** Another browser, with cookies of its own. */
  another: () => Promise<BrowserContext>;
  /** What went wrong in any page, such as a violation of the policy; empty, or the test fails. */
  complaints: string[];
  /** What a test knows that the browser will complain of, however late it does. */
  foreseen: RegExp[];
};

export const test = base.extend<Options & Fixtures>({
  engine: ["sqlite", { option: true }],
  settings: [{}, { option: true }],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names from the pattern
  mailbox: async ({}, use) => {
    const mailbox = await Mailbox.open();
    await use(mailbox);
    await mailbox.close();
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above
  folder: async ({}, use) => {
    await withFolder(use);
  },

  started: async ({ engine, mailbox, settings }, use, info) => {
    if (engine === "postgres" && !POSTGRES) {
      if (process.env.CI) throw new Error("TOKENVUE_TEST_POSTGRES_URL is not set");
      info.skip(true, "PostgreSQL: run by scripts/with-postgres");
    }
    await withDatabase(engine, async (database) => {
      const mail = { TOKENVUE_SMTP_URL: mailbox.url, TOKENVUE_MAIL_FROM: "team@tv.example" };
      const all = { ...database, ...mail, ...settings };
      await use(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== "")));
    });
  },

  program: async ({ folder, started }, use) => {
    const program = await Program.start(folder, started);
    await use(program);
    await program.stop();
  },

  baseURL: async ({ program }, use) => {
    await use(program.url);
  },

  team: async ({ program, mailbox }, use) => {
    await use(await Team.setUp(program, mailbox));
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above
  foreseen: async ({}, use) => {
    await use([]);
  },

  complaints: [
    async ({ foreseen }, use) => {
      const complaints: string[] = [];
      await use(complaints);
      const others = complaints.filter((text) => !foreseen.some((each) => each.test(text)));
      expect(others, "what the browser complained of").toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, baseURL, complaints }, use) => {
    watch(context, baseURL ?? "", complaints);
    await use(context);
    // Requests that are still being answered by a test's route end with the test, and not as errors.
    for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
  },

  another: async ({ browser, baseURL, complaints }, use) => {
    const opened: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: baseURL ?? "" });
      watch(context, baseURL ?? "", complaints);
      opened.push(context);
      return context;
    });
    for (const context of opened) await context.close();
  },
});

export { expect };
