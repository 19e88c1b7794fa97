import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The address that `cargo run` listens on. `npm run dev` proxies API requests to it.
const server = "http://localhost:8080";

export default defineConfig({
  plugins: [react()],
  // Stops tests that hang. Property tests take several seconds on a busy machine.
  test: { testTimeout: 60_000 },
  resolve: {
    alias: { "#generated": fileURLToPath(new URL("./generated", import.meta.url)) },
  },
  build: {
    target: "baseline-widely-available",
    // The Content Security Policy allows `data:` URLs only for images.
    assetsInlineLimit: 0,
    // The styles are small enough for one file, so that opening a page needs no further request.
    cssCodeSplit: false,
    // All supported browsers implement modulepreload.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Bundles the code of the first page in two files, so that the libraries stay cached when
          // the console changes. By default it would be split into about twenty files.
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
