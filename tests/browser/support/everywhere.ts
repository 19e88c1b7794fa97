import { expect, type Page } from "@playwright/test";
import { listFile } from "./lists.ts";
import { linkIn, type Mailbox } from "./mailbox.ts";
import type { Team } from "./people.ts";

/** A page as it is looked at: what it is called, how to get there, and what shows that it is there. */
export type Place = { name: string; open: (page: Page) => Promise<void> };

const at = (name: string, path: string, shown: (page: Page) => ReturnType<Page["getByText"]>) => ({
  name,
  open: async (page: Page) => {
    await page.goto(path);
    await expect(shown(page).first()).toBeVisible();
  },
});

const title = (text: string | RegExp) => (page: Page) =>
  page.getByRole("heading", { name: text, level: 1 });

/** The pages that anybody can open. */
export async function publicPlaces(team: Team, mailbox: Mailbox): Promise<Place[]> {
  const invitation = await team.invite("new@acme.example", "New Person", "SECURITY_AUDITOR");
  const input = { email: team.admin.email };
  await team.admin.api.mutate("requestPasswordReset", input, "accepted");
  const reset = linkIn(await mailbox.wait(team.admin.email, "password"));
  return [
    at("sign in", "/sign-in", title("Sign in")),
    at("forgot password", "/forgot-password", title("Forgot your password?")),
    at("set up", "/setup", title("Already set up")),
    at("accept", invitation, title(/invites you/)),
    at("cut invitation", "/accept-invitation#token=x", title("This link cannot be used")),
    at("reset", reset, title("Choose a new password")),
    at("cut reset", "/reset-password#token=x", title("This link cannot be used")),
    at("nowhere", "/nowhere", title("Page not found")),
  ];
}

/** The pages of an admin, with what opens on them. */
export async function adminPlaces(team: Team): Promise<Place[]> {
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
  const then = (name: string, place: Place, more: (page: Page) => Promise<void>): Place => ({
    name,
    open: async (page) => {
      await place.open(page);
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
    at("nobody found", team.path("team?q=zzz"), (page) => page.getByText("No members match")),
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
