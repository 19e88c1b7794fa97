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

/** The request timeout in milliseconds, longer than the server's own default timeout. */
const PATIENCE = 40_000;

/** Calls `fetch` with a timeout and compares the local clock with the server's. */
const patientFetch: typeof fetch = async (input, init) => {
  const signals = [AbortSignal.timeout(PATIENCE), ...(init?.signal ? [init.signal] : [])];
  const sent = Date.now();
  const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
  compareClocks(response, sent);
  return response;
};

const hasTimedOut = (error: CombinedError) => error.networkError?.name === "TimeoutError";

/**
 * Removes the errors for members that do not exist. The cache then stores `null` for such a member,
 * instead of resolving it from data that a list loaded earlier.
 */
function knowing(result: OperationResult): OperationResult {
  const all = result.error?.graphQLErrors ?? [];
  const others = all.filter((error) => !leadsNowhere(error) || error.path?.at(-1) !== "member");
  if (others.length === all.length) return result;
  const error = others.length ? new CombinedError({ graphQLErrors: others }) : undefined;
  return { ...result, error };
}

/**
 * Creates a client with an empty cache. Each session has its own client, so that it never shows
 * data of another session. If a response shows that the viewer has lost access, the client fetches
 * the session again, which updates the page.
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
        // Mutations are not retried: one whose response was lost may have succeeded.
        retryIf: (error, { kind }) =>
          kind === "query" && Boolean(error.networkError) && !hasTimedOut(error),
      }),
      fetchExchange,
    ],
  });
  return client;
}
