import { expect, test } from "../support/fixtures.ts";
import { heading } from "../support/pages.ts";

test.describe("the mailbox of a server with a public address", () => {
  const PUBLIC_URL = "http://team.example";
  test.use({
    settings: {
      TOKENVUE_SMTP_URL: "",
      TOKENVUE_MAIL_FROM: "",
      TOKENVUE_PUBLIC_URL: PUBLIC_URL,
    },
  });

  test("opens once with the link from the terminal", async ({
    page,
    another,
    program,
    expectedProblems,
  }) => {
    expectedProblems.push(/403/u);
    const link = /http:\/\/team\.example(\/mailbox#token=\S+)/u.exec(program.output)?.[1] ?? "";
    expect(link).not.toBe("");

    await page.goto("/mailbox");
    await expect(page.getByRole("button", { name: "Open" })).toBeVisible();
    // Only the fragment changes, so the page is not loaded again.
    await page.goto(link);
    await expect(heading(page, "Local mailbox")).toBeVisible();
    await expect(page).toHaveURL(/\/mailbox$/u);
    await page.reload();
    await expect(heading(page, "Local mailbox")).toBeVisible();

    const other = await (await another()).newPage();
    await other.goto(link);
    await expect(other.getByRole("alert")).toContainText("works once");
    await other.getByLabel("Link").fill(`${PUBLIC_URL}${link}`);
    await other.getByRole("button", { name: "Open" }).click();
    await expect(other.getByRole("alert")).toContainText("works once");
    await expect(other).toHaveURL(/\/mailbox$/u);
  });
});
