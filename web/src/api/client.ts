import { Client, fetchExchange, mapExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { retryExchange } from "@urql/exchange-retry";
import { cacheOptions } from "./cache";
import { isSignedOut } from "./problem";

/** A client with an empty cache: one for each session, so that nothing of one is shown in another. */
export function createClient(onSignedOut: () => void): Client {
  return new Client({
    url: "/graphql",
    preferGetMethod: false,
    requestPolicy: "cache-and-network",
    exchanges: [
      mapExchange({
        onResult(result) {
          if (result.error && isSignedOut(result.error)) onSignedOut();
        },
      }),
      cacheExchange(cacheOptions),
      retryExchange({
        initialDelayMs: 500,
        maxNumberAttempts: 3,
        // A mutation whose answer was lost may have been done: the person decides.
        retryIf: (error, operation) => operation.kind === "query" && Boolean(error.networkError),
      }),
      fetchExchange,
    ],
  });
}
