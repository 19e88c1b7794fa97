import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";
import { Provider } from "urql";
import { createClient } from "./client";

type Api = {
  /** Whether the API has said that nobody is signed in, though somebody was. */
  signedOut: boolean;
  /** Starts with an empty cache, as after signing in: everything shown is read anew. */
  renew: () => void;
};

const ApiContext = createContext<Api>({ signedOut: false, renew: () => {} });

/** See [Api]. */
export const useApi = () => use(ApiContext);

/** Gives the app a client. What is mounted stays so when the client is renewed. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [signedOut, setSignedOut] = useState(false);
  const [client, setClient] = useState(() => createClient(() => setSignedOut(true)));
  const renew = useCallback(() => {
    setSignedOut(false);
    setClient(createClient(() => setSignedOut(true)));
  }, []);
  const api = useMemo(() => ({ signedOut, renew }), [signedOut, renew]);
  return (
    <ApiContext value={api}>
      <Provider value={client}>{children}</Provider>
    </ApiContext>
  );
}
