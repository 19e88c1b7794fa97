import type { BrowserContext } from "@playwright/test";

/**
 * Records what no page may do: throw, log errors or warnings to the console (including policy
 * violations), send requests to other hosts, put a token into a URL, or request data that the
 * viewer may not see.
 */
export function watch(context: BrowserContext, origin: string, problems: string[]) {
  context.on("weberror", (error) => problems.push(`thrown: ${error.error().message}`));
  context.on("console", (message) => {
    // Tests that stop the server cause network errors on purpose.
    const isAway = message.text().includes("net::ERR_");
    if (["error", "warning"].includes(message.type()) && !isAway) {
      problems.push(`console: ${message.text()}`);
    }
  });
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:")) problems.push(`requested ${url}`);
    if (url.includes("token=") || request.headers().referer?.includes("token")) {
      problems.push(`a token in ${url}`);
    }
  });
  context.on("response", async (response) => {
    if (!response.url().endsWith("/graphql")) return;
    const text = await response.text().catch(() => "");
    if (/"code":"(FORBIDDEN|BAD_INPUT|QUERY_TOO_COMPLEX|INTERNAL)"/.test(text)) {
      problems.push(`response: ${text}`);
    }
  });
}
