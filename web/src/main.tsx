import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiProvider } from "./api/provider";
import { App } from "./app";
import { takeLinkToken, watchLinks } from "./entry/link-token";
import { applyTheme } from "./shell/theme";
import "./styles.css";
import { Toasts } from "./ui/toasts";

// Comes first, to remove the token from the address bar before any other code runs.
takeLinkToken();
watchLinks();
applyTheme();

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <BrowserRouter>
          <ApiProvider>
            <Toasts>
              <App />
            </Toasts>
          </ApiProvider>
        </BrowserRouter>
      </CSPProvider>
    </StrictMode>,
  );
}
