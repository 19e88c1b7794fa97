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

// First of all, so that the token is out of the address bar before anything else runs.
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
