import { type BrowserContext, test as base, expect } from "@playwright/test";
import { type Engine, POSTGRES, withDatabase } from "./database.ts";
import { Mailbox } from "./mailbox.ts";
import { Team } from "./people.ts";
import { Program, type Settings, withFolder } from "./program.ts";
import { watch } from "./watch.ts";

export type Options = {
  engine: Engine;
  /** Settings of the program that override the defaults of tests. An empty value removes one. */
  settings: Settings;
};

type Fixtures = {
  mailbox: Mailbox;
  /** The data folder of the program. */
  folder: string;
  /** The settings of the program, for restarting it. */
  started: Settings;
  program: Program;
  /** A team with an admin, created through the API. */
  team: Team;
  /** Opens another browser context, with its own cookies. */
  another: () => Promise<BrowserContext>;
  /** Problems of any page, such as policy violations. The test fails if there are any. */
  problems: string[];
  /** Problems that a test expects, even if they are reported late. */
  expectedProblems: RegExp[];
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
  expectedProblems: async ({}, use) => {
    await use([]);
  },

  problems: [
    async ({ expectedProblems }, use) => {
      const problems: string[] = [];
      await use(problems);
      const others = problems.filter((text) => !expectedProblems.some((each) => each.test(text)));
      expect(others, "problems reported by the browser").toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, baseURL, problems }, use) => {
    watch(context, baseURL ?? "", problems);
    await use(context);
    // Requests that a test's route is still handling end with the test, without errors.
    for (const page of context.pages()) await page.unrouteAll({ behavior: "ignoreErrors" });
  },

  another: async ({ browser, baseURL, problems }, use) => {
    const opened: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({ baseURL: baseURL ?? "" });
      watch(context, baseURL ?? "", problems);
      opened.push(context);
      return context;
    });
    for (const context of opened) await context.close();
  },
});

export { expect };
