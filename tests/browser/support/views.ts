import { expect, type Page } from "@playwright/test";
import { listFile } from "./lists.ts";
import { linkIn, type Mailbox } from "./mailbox.ts";
import type { Team } from "./people.ts";

/** A page in some state: its name, and a function that opens it. */
export type View = { name: string; open: (page: Page) => Promise<void> };

const at = (name: string, path: string, shown: (page: Page) => ReturnType<Page["getByText"]>) => ({
  name,
  open: async (page: Page) => {
    await page.goto(path);
    await expect(shown(page).first()).toBeVisible();
  },
});

const title = (text: string | RegExp) => (page: Page) =>
  page.getByRole("heading", { name: text, level: 1 });

/** Returns the pages that anyone can open. */
export async function publicViews(team: Team, mailbox: Mailbox): Promise<View[]> {
  const invitation = await team.invite("new@acme.example", "New Person", "SECURITY_AUDITOR");
  const input = { email: team.admin.email };
  await team.admin.api.mutate("requestPasswordReset", input, "accepted");
  const reset = linkIn(await mailbox.wait(team.admin.email, "password"));
  return [
    at("sign in", "/sign-in", title("Sign in")),
    at("forgot password", "/forgot-password", title("Forgot your password?")),
    at("set up", "/setup", title("Already set up")),
    at("accept", invitation, title(/invites you/)),
    at("incomplete invitation", "/accept-invitation#token=x", title("This link cannot be used")),
    at("reset", reset, title("Choose a new password")),
    at("incomplete reset", "/reset-password#token=x", title("This link cannot be used")),
    at("unknown page", "/nowhere", title("Page not found")),
  ];
}

/** Returns an admin's pages, with their menus and dialogs. */
export async function adminViews(team: Team): Promise<View[]> {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await team.invite("cy@acme.example", "ليلى حداد", "SECURITY_AUDITOR");
  await team.member("di@acme.example", "Di Roy", "GATEWAY_OPERATOR");
  const gone = await team.membershipOf("di@acme.example");
  await team.admin.api.mutate("removeMember", { membershipId: gone }, "");
  const bo = team.path(`team/${await team.membershipOf("bo@acme.example")}`);
  const cy = team.path(`team/${await team.membershipOf("cy@acme.example")}`);
  const rows = (page: Page) => page.getByRole("row").filter({ hasText: "Bo Li" });
  const list = at("team", team.path(), rows);
  const member = at("member", bo, title(/Bo Li/));
  const then = (name: string, view: View, more: (page: Page) => Promise<void>): View => ({
    name,
    open: async (page) => {
      await view.open(page);
      await more(page);
    },
  });
  const popup = (page: Page) =>
    page.locator(":is([role=menu], [role=listbox], [role=dialog], [role=alertdialog])[data-open]");
  const press = (name: string | RegExp) => async (page: Page) => {
    await page.getByRole("button", { name, exact: typeof name === "string" }).click();
    await expect(popup(page)).toBeVisible();
  };
  const invite = at("invite", team.path("invite"), title("Invite people"));
  return [
    list,
    then("row menu", list, press("Actions for Bo Li")),
    then("role menu", list, press(/^Role of Bo Li/)),
    then("workspace menu", list, press(/Switch workspace/)),
    then("account menu", list, press(/Account menu/)),
    then("filter", list, async (page) => {
      await page.getByRole("combobox", { name: /^Role:/ }).click();
      await expect(popup(page)).toBeVisible();
    }),
    at("no members found", team.path("team?q=zzz"), (page) => page.getByText("No members match")),
    then("palette", list, async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByLabel("Find a page, workspace or member").fill("acc");
      await expect(page.getByRole("option").first()).toBeVisible();
    }),
    member,
    at("invited member", cy, (page) => page.getByText("First invited")),
    then("role dialog", member, press("Change role")),
    then("reset dialog", member, press("Send password reset")),
    then("remove dialog", member, press("Remove from workspace")),
    invite,
    then("invite with an address", invite, async (page) => {
      await page.getByLabel("Email", { exact: true }).fill("someone@acme.example");
      await expect(page.getByText("Will be invited")).toBeVisible();
    }),
    then("several people", invite, async (page) => {
      await page.getByRole("tab", { name: "Several people" }).click();
      await page
        .getByRole("textbox", { name: "People" })
        .fill("a@x.example\nnobody\nbo@acme.example");
      await expect(page.getByRole("row").filter({ hasText: "Already a member" })).toBeVisible();
    }),
    then("columns to choose", invite, async (page) => {
      await page.getByRole("tab", { name: "Several people" }).click();
      await page.getByLabel("CSV file").setInputFiles(listFile("no-header.csv"));
      await expect(page.getByRole("heading", { name: "Match the columns" })).toBeVisible();
    }),
    then("encoding to choose", invite, async (page) => {
      await page.getByRole("tab", { name: "Several people" }).click();
      await page.getByLabel("CSV file").setInputFiles(listFile("windows-1250.csv"));
      await expect(page.getByText("Line 2 is not in UTF-8.")).toBeVisible();
    }),
    at("review", team.path("review"), (page) => page.getByText("Only one")),
    at("history", team.path("history"), (page) =>
      page.getByRole("row").filter({ hasText: "invited" }),
    ),
    at("settings", team.path("settings"), (page) => page.getByLabel("Name", { exact: true })),
    at("account", "/account", (page) => page.getByText("This device")),
    at("no such workspace", "/w/none/team", title("Workspace not found")),
    at("no such member", team.path(`team/${gone}`), title("Member not found")),
  ];
}
