import { expect, test } from "../support/fixtures.ts";

// The same policy applies to all pages and roles, and to unknown paths.
const POLICY = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "connect-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  "require-trusted-types-for": "'script'",
};

for (const path of ["/", "/sign-in", "/accept-invitation", "/w/acme-ai/team", "/nowhere"]) {
  test(`${path} has a strict policy`, async ({ request }) => {
    const page = await request.get(path, { headers: { accept: "text/html" } });
    const headers = page.headers();
    const policy = headers["content-security-policy"] ?? "";
    const directives = Object.fromEntries(
      policy.split(";").map((each) => {
        const [name = "", ...values] = each.trim().split(/\s+/);
        return [name, values.join(" ")];
      }),
    );
    expect(directives).toMatchObject(POLICY);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(await page.text()).not.toMatch(/<style|style=|<script>|onload=/);
  });
}
