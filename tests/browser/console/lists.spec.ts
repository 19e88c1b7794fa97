import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { listFile } from "../support/lists.ts";
import { row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

test.beforeEach(async ({ page, context, team }) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path("invite"));
  await page.getByRole("tab", { name: "Several people" }).click();
});

const choose = (page: Page, name: string) =>
  page.getByLabel("CSV file").setInputFiles(listFile(name));
const question = (page: Page) => page.getByRole("heading", { name: "Match the columns" });
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });

test("a known export is read without questions, one person per row", async ({ page, mailbox }) => {
  await choose(page, "google-workspace.csv");
  await expect(page.getByText("2 people found.")).toBeVisible();
  await expect(page.getByText("Email from “Email Address [Required]”")).toBeVisible();
  await expect(page.getByText("For 2 people without a role in the list.")).toBeVisible();
  await expect(row(page, "ana.home@mail.example")).toHaveCount(0);
  await expect(row(page, "bo@acme.example")).toContainText("Bo Li");
  await button(page, "Invite 1 person").click();
  await expect(page.getByText("1 invited.")).toBeVisible();
  // Ana is already the admin.
  await mailbox.wait("bo@acme.example", "invite");
  expect(mailbox.to("boss@acme.example")).toEqual([]);
});

test("roles are recognized by short names and in other languages", async ({ page, team }) => {
  await choose(page, "excel-polish.csv");
  await expect(row(page, "Łukasz Żółć")).toContainText("Workspace Admin");
  await expect(row(page, "Świętosława Dąb")).toContainText("Security Auditor");
  await expect(page.getByText("Not used: the list has a role for each person.")).toBeVisible();
  await button(page, "Invite 2 people").click();
  await expect(page.getByText("2 invited.")).toBeVisible();
  await page.goto(team.path("team"));
  await expect(row(page, "Łukasz Żółć")).toContainText("Workspace Admin");
});

test("columns without a known header are chosen by keyboard", async ({ page }) => {
  await choose(page, "no-header.csv");
  await expect(question(page)).toBeVisible();
  // Nobody can be invited before the columns are chosen.
  await expect(button(page, /^Invite$/)).toBeDisabled();
  await expect(row(page, "Column 1")).toContainText("bert@acme.example");
  await expect(row(page, "Column 1")).toContainText("carla@acme.example");
  const third = page.getByRole("combobox", { name: "Import “Column 3” as: Last name" });
  await third.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "First name" }).press("Enter");
  await expect(page.getByText("“First name” is chosen for more than one column.")).toBeVisible();
  await expect(button(page, "Use these columns")).toBeDisabled();
  await page.getByRole("combobox", { name: "Import “Column 2” as: First name" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "Last name" }).press("Enter");
  await button(page, "Use these columns").press("Enter");
  await expect(page.getByText("2 people found.")).toBeFocused();
  await expect(row(page, "bert@acme.example")).toContainText("Meyer Bert");
  await expect(row(page, "bert@acme.example")).toContainText("Security Auditor");
  await expect(row(page, "carla@acme.example")).toContainText("Workspace Admin");
  await button(page, "Change columns").press("Enter");
  await expect(question(page)).toBeVisible();
});

test("an unknown column must be chosen and never leads to the default role", async ({ page }) => {
  await choose(page, "unknown-header.csv");
  await expect(question(page)).toBeVisible();
  await expect(row(page, "Access level")).toContainText("Security Auditor");
  await button(page, "Use these columns").click();
  await expect(row(page, "bert@acme.example")).toContainText("Bert Meyer");
  await expect(row(page, "bert@acme.example")).toContainText("Security Auditor");
  await button(page, "Change columns").click();
  await page.getByRole("checkbox", { name: /first row contains/ }).click();
  await expect(row(page, "Column 2")).toContainText("User email");
});

test("a file with two addresses per row is read as one person per row", async ({
  page,
  folder,
}) => {
  const file = join(folder, "people.csv");
  await writeFile(file, "a@x.example,a@home.example\nb@x.example,b@home.example\n");
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(page.getByText("Choose the column that has the email addresses.")).toBeVisible();
  await expect(button(page, "Use these columns")).toBeDisabled();
  await button(page, "Invite every address").click();
  await expect(page.getByText("4 people found.")).toBeVisible();
});

test("a person with two roles is reported with both lines and not invited", async ({ page }) => {
  await choose(page, "two-roles.csv");
  await expect(page.getByText("0 people found.")).toBeVisible();
  await expect(page.getByText("2 lines skipped:")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Line 2:" })).toContainText(
    "as Security Auditor here, as Workspace Admin on line 3",
  );
  await expect(button(page, /^Invite$/)).toBeDisabled();
});

test("an unclosed quote stops the import and is corrected in the page", async ({ page }) => {
  await choose(page, "unclosed-quote.csv");
  await expect(page.getByRole("alert")).toContainText(
    'Line 4: A quote (") is opened here and never closed. Lines 4 to 13 cannot be read.',
  );
  await expect(button(page, /^Invite$/)).toBeDisabled();
  await button(page, "Edit as text").press("Enter");
  const people = page.getByRole("textbox", { name: "People" });
  await expect(people).toBeFocused();
  await people.fill((await people.inputValue()).replace('"', ""));
  await expect(page.getByText("12 people found.")).toBeVisible();
  await expect(row(page, "p12@acme.example")).toContainText("First12 Last12");
});

test("another encoding is reported with its line and chosen from samples", async ({ page }) => {
  await page.getByRole("textbox", { name: "People" }).fill("bo@acme.example");
  await choose(page, "windows-1250.csv");
  await expect(page.getByRole("alert")).toContainText("Line 2 is not in UTF-8.");
  await expect(button(page, /^Invite$/)).toBeDisabled();
  await page.getByRole("combobox", { name: "Encoding of the file" }).click();
  await expect(page.getByRole("option", { name: /Windows-1252/ })).toContainText("£ukasz");
  await page.getByRole("option", { name: /Windows-1250/ }).click();
  await expect(row(page, "l@acme.example")).toContainText("Łukasz");
  await button(page, "Remove the file").press("Enter");
  await expect(page.getByRole("textbox", { name: "People" })).toBeFocused();
  await expect(row(page, "bo@acme.example")).toBeVisible();
});

test("Unicode text saved by Excel keeps its letters", async ({ page }) => {
  await choose(page, "excel-unicode-text.txt");
  await expect(row(page, "lukasz@acme.example")).toContainText("Łukasz Żółć");
  await expect(row(page, "eleni@acme.example")).toContainText("Ελένη Παππά");
});

test("failed rows come back unchanged and can be corrected", async ({ page, team, folder }) => {
  await team.allowOnly("acme.example");
  const file = join(folder, "people.csv");
  const lines = [
    "Nachname;E-Mail;Abteilung;Vorname;Rolle",
    '"Li; ""the"" Boss";bo@elsewhere.example;Sales;Bo;Prüfer',
    "Ito;cy@acme.example;;Cy;admin",
    "Roy;di@acme.example;;Di;King",
  ];
  await writeFile(file, lines.join("\r\n"));
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(row(page, "bo@elsewhere.example")).toContainText("Cannot be invited");
  await button(page, "Invite 1 person").click();
  await expect(page.getByText("1 invited, 1 failed.")).toBeVisible();
  await expect(page.getByText("Unknown role “King”.")).toBeVisible();
  await button(page, "Fix failed invitations").click();
  const people = page.getByRole("textbox", { name: "People" });
  await expect(row(page, "bo@elsewhere.example")).toContainText('Bo Li; "the" Boss');
  await expect(row(page, "bo@elsewhere.example")).toContainText("Security Auditor");
  const text = await people.inputValue();
  await people.fill(text.replace("elsewhere", "acme").replace("King", "operator"));
  await button(page, "Invite 2 people").click();
  await expect(page.getByText("2 invited.")).toBeVisible();
  await page.goto(team.path("team"));
  await expect(row(page, 'Bo Li; "the" Boss')).toContainText("Security Auditor");
  await expect(row(page, "Di Roy")).toContainText("Gateway Operator");
});

test("a list that is too long is rejected at once", async ({ page, folder }) => {
  const file = join(folder, "people.csv");
  const rows = Array.from({ length: 60_000 }, (_, n) => `p${n}@many.example,"Person ${n}"`);
  await writeFile(file, ["email,name", ...rows].join("\n"));
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(page.getByText("This list has more than 10,000 rows. Split it.")).toBeVisible();
  await expect(button(page, /^Invite$/)).toBeDisabled();
});

test("the template can be imported", async ({ page, folder }) => {
  const download = page.waitForEvent("download");
  await button(page, "Download template").click();
  const file = join(folder, (await download).suggestedFilename());
  await (await download).saveAs(file);
  await writeFile(file, `${await readFile(file, "utf8")}bo@acme.example,Bo,Li,auditor\r\n`);
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(row(page, "bo@acme.example")).toContainText("Security Auditor");
});
