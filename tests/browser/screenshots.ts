import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type BrowserContextOptions, chromium, type Page } from "@playwright/test";
import { CHROMIUM } from "./support/chromium.ts";
import { password } from "./support/pages.ts";
import { PASSWORD } from "./support/people.ts";
import { Program, withFolder } from "./support/program.ts";

// Takes the README's screenshots from the demo, which has the same data each time.

const WIDE = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2 };

type Shot = {
  name: string;
  look?: BrowserContextOptions;
  open: (page: Page) => Promise<void>;
};

const follow = (link: string) => (page: Page) => page.getByRole("link", { name: link }).click();

const SHOTS: Shot[] = [
  { name: "team", open: async () => {} },
  { name: "team-dark", look: { ...WIDE, colorScheme: "dark" }, open: async () => {} },
  { name: "team-phone", look: PHONE, open: async () => {} },
  { name: "member", open: follow("Rosa Delgado") },
  { name: "review", open: follow("Access review") },
  {
    name: "invite",
    open: async (page) => {
      await follow("Invite people")(page);
      await page.getByRole("tab", { name: "Several people" }).click();
      const people = page.getByRole("textbox", { name: "People" });
      await people.fill(
        "Kai Nakamura <kai@acme.example>, ليلى حداد <layla@acme.example>\nomar.haddad@acme.example; grace.kim@acme.example",
      );
      await page.getByRole("checkbox", { name: "Globex Research" }).check();
      await page.getByRole("button", { name: "Invite 4 people" }).waitFor();
      await page.getByRole("region", { name: "Preview" }).scrollIntoViewIfNeeded();
    },
  },
];

async function take(program: Program, target: string, { name, look, open }: Shot) {
  const browser = await chromium.launch(CHROMIUM);
  try {
    const context = await browser.newContext({ baseURL: program.url, ...WIDE, ...look });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByLabel("Email", { exact: true }).fill("ana.silva@acme.example");
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("row").filter({ hasText: "Ana Silva" }).waitFor();
    await open(page);
    await page.waitForLoadState("networkidle");
    await page.screenshot({
      path: join(target, `${name}.png`),
      animations: "disabled",
      caret: "hide",
    });
  } finally {
    await browser.close();
  }
}

const [target = "."] = process.argv.slice(2);
await mkdir(target, { recursive: true });
await withFolder(async (folder) => {
  const program = await Program.start(folder, {}, 0, "demo");
  try {
    for (const shot of SHOTS) await take(program, target, shot);
  } finally {
    await program.stop();
  }
});
