import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";
import { Provider } from "urql";
import { createClient } from "./client";

type Api = {
  /** Replaces the client, such as after sign-in. The new cache is empty; data is fetched again. */
  renew: () => void;
};

const ApiContext = createContext<Api>({ renew: () => {} });

/** Returns the functions of {@link Api}. */
export const useApi = () => use(ApiContext);

/** Provides the GraphQL client. Components stay mounted when the client is replaced. */
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
