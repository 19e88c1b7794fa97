import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";
import { Provider } from "urql";
import { createClient } from "./client";

type Api = {
  /** Starts with an empty cache, as after signing in: everything shown is read again. */
  renew: () => void;
};

const ApiContext = createContext<Api>({ renew: () => {} });

/** See [Api]. */
export const useApi = () => use(ApiContext);

/** Gives the app a client. What is mounted stays so when the client is renewed. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [client, setClient] = useState(createClient);
  const renew = useCallback(() => setClient(createClient()), []);
  const api = useMemo(() => ({ renew }), [renew]);
  return (
    <ApiContext value={api}>
      <Provider value={client}>{children}</Provider>
    </ApiContext>
  );
}
