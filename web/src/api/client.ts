import {
  Client,
  CombinedError,
  fetchExchange,
  mapExchange,
  type OperationResult,
} from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { retryExchange } from "@urql/exchange-retry";
import { SessionDocument } from "#generated/operations";
import { cacheOptions } from "./cache";
import { hasLostAccess, leadsNowhere } from "./problem";
import { compareClocks } from "./server-clock";

/** How long an answer may take, in milliseconds: longer than the server gives itself by default. */
const PATIENCE = 40_000;

/** As the browser's own, but for requests that are never answered; answers tell the time. */
const patientFetch: typeof fetch = async (input, init) => {
  const signals = [AbortSignal.timeout(PATIENCE), ...(init?.signal ? [init.signal] : [])];
  const sent = Date.now();
  const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
  compareClocks(response, sent);
  return response;
};

const hasTimedOut = (error: CombinedError) => error.networkError?.name === "TimeoutError";

/** An id that leads to no member is answered, too: the cache is to know, and not go by memory. */
function knowing(result: OperationResult): OperationResult {
  const all = result.error?.graphQLErrors ?? [];
  const others = all.filter((error) => !leadsNowhere(error) || error.path?.at(-1) !== "member");
  if (others.length === all.length) return result;
  const error = others.length ? new CombinedError({ graphQLErrors: others }) : undefined;
  return { ...result, error };
}

/**
 * A client with an empty cache: one for each session, so that nothing of one is shown in another.
 * If a response says that the viewer has lost a permission that the page relied on, the session is
 * read again, and the page follows.
 */
export function createClient(): Client {
  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    requestPolicy: "cache-and-network",
    fetch: patientFetch,
    exchanges: [
      mapExchange({
        onResult(result) {
          if (result.error && hasLostAccess(result.error)) {
            client.query(SessionDocument, {}, { requestPolicy: "network-only" }).toPromise();
          }
        },
      }),
      cacheExchange(cacheOptions),
      mapExchange({ onResult: knowing }),
      retryExchange({
        initialDelayMs: 500,
        maxNumberAttempts: 3,
        // A mutation whose answer was lost may have been done: the person decides.
        retryIf: (error, { kind }) =>
          kind === "query" && Boolean(error.networkError) && !hasTimedOut(error),
      }),
      fetchExchange,
    ],
  });
  return client;
}
