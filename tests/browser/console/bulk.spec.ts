import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cut } from "../support/answers.ts";
import { expect, test } from "../support/fixtures.ts";
import { figure, row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

test.beforeEach(async ({ page, context, team }) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path("invite"));
  await page.getByRole("tab", { name: "Several people" }).click();
});

test("pasted addresses show a preview and the outcome of each", async ({ page, team }) => {
  await team.member("cy@acme.example", "Cy Ito", "SECURITY_AUDITOR");
  await page
    .getByRole("textbox", { name: "People" })
    .fill("  bo@acme.example ; CY@acme.example\n\nليلى حداد <laila@acme.example>\nno body");
  await expect(page.getByText("3 people found.")).toBeVisible();
  await expect(page.getByText("1 line skipped:")).toBeVisible();
  await expect(page.getByText("Line 4: no body")).toBeVisible();
  await expect(row(page, "CY@acme.example")).toContainText("Already a member (Security Auditor)");
  await expect(row(page, "laila@acme.example")).toContainText("ليلى حداد");
  await page.getByRole("button", { name: "Will be invited 2" }).click();
  await expect(row(page, "CY@acme.example")).toHaveCount(0);
  await page.getByRole("button", { name: "Remove bo@acme.example" }).click();
  await page.getByRole("button", { name: "Invite 1 person" }).click();
  await expect(page.getByText("1 invited.")).toBeVisible();
  await page.getByRole("link", { name: "Go to the team" }).click();
  await expect(row(page, "ليلى حداد")).toBeVisible();
  await expect(row(page, "bo@acme.example")).toHaveCount(0);
});

test("a CSV file of 5,000 rows from a spreadsheet is imported", async ({ page, folder }) => {
  test.slow();
  const rows = ['\uFEFF"Email";"First name";"Last name";"Role"'];
  for (let n = 0; n < 5000; n += 1) {
    rows.push(`"p${n}@many.example";"Ali ""${n}""";"O; Neill";Security Auditor`);
  }
  rows.push("not an address;x;y;", "king@many.example;x;y;King");
  const file = join(folder, "people.csv");
  await writeFile(file, `${rows.join("\r\n")}\r\n`);
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(page.getByText("5,000 people found.")).toBeVisible();
  await expect(page.getByText("2 lines skipped:")).toBeVisible();
  await expect(page.getByText("Unknown role “King”.")).toBeVisible();
  await expect(row(page, "p7@many.example")).toContainText('Ali "7" O; Neill');
  await expect(row(page, "p7@many.example")).toContainText("Will be invited");
  await page.getByRole("button", { name: "Invite 5,000 people" }).click();
  await expect(page.getByText("5,000 invited.")).toBeVisible({ timeout: 120_000 });
  await page.getByRole("link", { name: "Go to the team" }).click();
  await expect(figure(page, "Total users")).toContainText("5,001");
});

test("a person who cannot be invited is corrected in the form", async ({ page, team }) => {
  await team.allowOnly("acme.example");
  await page.getByRole("tab", { name: "One person" }).click();
  await page.getByLabel("Email", { exact: true }).fill("cy@elsewhere.example");
  await page.getByLabel("First name").fill("Cy");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByLabel("Email", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("First name")).toHaveValue("Cy");
  await page.getByLabel("Email", { exact: true }).fill("cy@acme.example");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText("1 invited.")).toBeVisible();
});

test("a failed batch is reported, and the list can be sent again", async ({ page }) => {
  await cut(page, "InviteUsers", 2);
  const addresses = Array.from({ length: 250 }, (_, n) => `p${n}@many.example`);
  await page.getByRole("textbox", { name: "People" }).fill(addresses.join("\n"));
  await page.getByRole("button", { name: "Invite 250 people" }).click();
  await expect(page.getByText("Only 100 of 250 people were processed.")).toBeVisible();
  await expect(page.getByText("The server did not answer.")).toBeVisible();
  await expect(page.getByText("100 invited.")).toBeVisible();
  await page.getByRole("button", { name: "Invite more people" }).click();
  await expect(page.getByRole("button", { name: "Already invited 100" })).toBeVisible();
  await page.getByRole("button", { name: "Invite 150 people" }).click();
  await expect(page.getByText("150 invited.")).toBeVisible();
  await page.getByRole("link", { name: "Go to the team" }).click();
  await expect(figure(page, "Pending invites")).toContainText("250");
});

test("a file that is not a list is rejected, and the form stays", async ({ page, folder }) => {
  const file = join(folder, "picture.csv");
  await writeFile(file, Buffer.alloc(6_000_000, 1));
  await page.getByRole("textbox", { name: "People" }).fill("bo@acme.example");
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(page.getByText("This file is too large")).toBeVisible();
  await writeFile(file, Buffer.from("PK\u0003\u0004\u0000\u0000"));
  await page.getByLabel("CSV file").setInputFiles(file);
  await expect(page.getByText("This is not a text file.")).toBeVisible();
  await expect(page.getByText("1 person found.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "People" })).toHaveValue("bo@acme.example");
});

test("removed people can be restored", async ({ page }) => {
  await page.getByRole("textbox", { name: "People" }).fill("bo@acme.example, cy@acme.example");
  await page.getByRole("button", { name: "Remove bo@acme.example" }).click();
  // The focus moves to the next person.
  await expect(page.getByRole("button", { name: "Remove cy@acme.example" })).toBeFocused();
  await expect(page.getByText("1 person removed.")).toBeVisible();
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(row(page, "bo@acme.example")).toBeVisible();
  await page.getByRole("button", { name: "Invite 2 people" }).click();
  await expect(page.getByText("2 invited.")).toBeFocused();
});

test("a rejected person stays in the form while the other tab is open", async ({ page, team }) => {
  await team.allowOnly("acme.example");
  await page.getByRole("tab", { name: "One person" }).click();
  const email = page.getByLabel("Email", { exact: true });
  await email.fill("cy@elsewhere.example");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await page.getByRole("tab", { name: "Several people" }).click();
  await expect(page.getByRole("textbox", { name: "People" })).toBeVisible();
  await page.getByRole("tab", { name: "One person" }).click();
  await expect(email).toHaveValue("cy@elsewhere.example");
  await expect(email).toHaveAttribute("aria-invalid", "true");
});

test("failed people and skipped lines are listed and can be corrected", async ({ page, team }) => {
  await team.allowOnly("acme.example");
  const people = page.getByRole("textbox", { name: "People" });
  await people.fill("bo@acme.example, Cy Ito <cy@elsewhere.example>\nnobody");
  await expect(row(page, "cy@elsewhere.example")).toContainText("Cannot be invited");
  await page.getByRole("button", { name: "Invite 1 person" }).click();
  await expect(page.getByText("1 invited, 1 failed.")).toBeVisible();
  await expect(page.getByText("Line 2: nobody")).toBeVisible();
  await page.getByRole("button", { name: "Fix failed invitations" }).click();
  await expect(people).toHaveValue(
    "email,first name,last name\ncy@elsewhere.example,Cy,Ito\nnobody",
  );
  await expect(row(page, "cy@elsewhere.example")).toContainText("Cy Ito");
});

test("a corrected address stays correct when something else changes", async ({ page }) => {
  await page.getByRole("tab", { name: "One person" }).click();
  const email = page.getByLabel("Email", { exact: true });
  await email.fill("bo at acme");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await email.fill("bo@acme.example");
  await page.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: /Security Auditor/ }).click();
  await expect(page.getByText("Will be invited")).toBeVisible();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText("1 invited.")).toBeVisible();
});
