import type { BrowserContext } from "@playwright/test";

/**
 * Notes what no page may do: throw, complain in the console (which is where violations of the
 * policy show), ask another host, put a token into an address, or be told that it asked for what
 * the viewer may not see.
 */
export function watch(context: BrowserContext, origin: string, complaints: string[]) {
  context.on("weberror", (error) => complaints.push(`thrown: ${error.error().message}`));
  context.on("console", (message) => {
    // Tests that take the server away know that the browser says so.
    const isAway = message.text().includes("net::ERR_");
    if (["error", "warning"].includes(message.type()) && !isAway) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:")) complaints.push(`asked for ${url}`);
    if (url.includes("token=") || request.headers().referer?.includes("token")) {
      complaints.push(`a token in ${url}`);
    }
  });
  context.on("response", async (response) => {
    if (!response.url().endsWith("/graphql")) return;
    const text = await response.text().catch(() => "");
    if (/"code":"(FORBIDDEN|BAD_INPUT|QUERY_TOO_COMPLEX|INTERNAL)"/.test(text)) {
      complaints.push(`answered: ${text}`);
    }
  });
}
