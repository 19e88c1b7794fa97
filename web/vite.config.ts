import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `cargo run` listens; `npm run dev` passes the API on to it.
const server = "http://localhost:8080";

export default defineConfig({
  plugins: [react()],
  // Ends what hangs. Property tests take several seconds on a busy machine.
  test: { testTimeout: 60_000 },
  resolve: {
    alias: { "#generated": fileURLToPath(new URL("./generated", import.meta.url)) },
  },
  build: {
    target: "baseline-widely-available",
    // The policy of the page forbids `data:` for all but images.
    assetsInlineLimit: 0,
    // Small enough to come at once: pages then open without a further request.
    cssCodeSplit: false,
    // Every browser that runs the console knows modulepreload.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What the first page needs comes in two files: one changes with the console, the other
          // with its libraries. Left alone, it would come in twenty.
          groups: [
            { name: "libraries", test: /node_modules/, tags: ["$initial"] },
            { name: "first", tags: ["$initial"] },
          ],
        },
      },
    },
  },
  server: {
    proxy: { "/graphql": server, "/mailbox": server },
  },
});
