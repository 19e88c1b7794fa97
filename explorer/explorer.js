// Starts GraphiQL on this server's own API.
(() => {
  "use strict";

  const START = `# Sign in with the first operation: the answer sets a cookie, and the second
# one then runs as you. Ctrl-Enter runs the operation that the cursor is in.
#
# With a token instead (signIn with transport: BEARER), open "Headers" below:
#   { "Authorization": "Bearer <the sessionToken>" }

mutation SignIn {
  signIn(input: { email: "you@example.com", password: "your password" }) {
    viewer {
      user { firstName lastName email }
      activeWorkspace { name }
    }
    userErrors { code message field }
  }
}

query Team {
  workspace {
    name
    teamSummary { totalUsers activeNow pendingInvites expiredInvites }
    members(first: 20) {
      nodes { name email role status lastActiveAt inviteSentAt }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`;

  // Links prefill an operation as `#query=…`. It may hold a one-time token, so
  // it leaves the address bar and the browser's history at once.
  function takeFragment() {
    const fragment = new URLSearchParams(window.location.hash.slice(1));
    if (window.location.hash) {
      window.history.replaceState(null, "", window.location.pathname + window.location.search);
    }
    return {
      query: fragment.get("query") ?? undefined,
      variables: fragment.get("variables") ?? undefined,
    };
  }

  const fetcher = async (params, options) => {
    const response = await fetch("/graphql", {
      method: "POST",
      credentials: "same-origin",
      headers: {
        ...options?.headers,
        Accept: "application/graphql-response+json, application/json",
        "Content-Type": "application/json",
      },
      body: JSON.stringify(params),
    });
    return response.json();
  };

  const explorer = React.createElement(GraphiQL, {
    ...takeFragment(),
    fetcher,
    defaultQuery: START,
    defaultEditorToolsVisibility: "variables",
    isHeadersEditorEnabled: true,
    shouldPersistHeaders: false,
    // Operations may hold passwords and tokens: drafts survive a reload, but
    // not the tab.
    storage: window.sessionStorage,
  });
  ReactDOM.createRoot(document.getElementById("explorer")).render(explorer);
})();
