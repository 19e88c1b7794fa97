import { expect, it } from "vitest";
import { wrongAddress } from "./address";

const check = (publicUrl: string, page: string) => wrongAddress(publicUrl, new URL(page));

it("accepts the public URL, and any loopback address if the public URL is one", () => {
  expect(check("https://team.example", "https://team.example/w/acme")).toBeUndefined();
  expect(check("http://localhost:8080", "http://localhost:5173")).toBeUndefined();
  expect(check("http://127.0.0.1:8080", "http://localhost:8080")).toBeUndefined();
});

it("reports other origins, and marks those without HTTPS as insecure", () => {
  const insecure = (publicUrl: string, page: string) => check(publicUrl, page)?.isInsecure;
  expect(insecure("https://team.example", "https://other.example")).toBe(false);
  expect(insecure("https://team.example", "https://team.example:8443")).toBe(false);
  expect(insecure("http://team.example", "http://10.0.0.1:8080")).toBe(false);
  expect(insecure("https://team.example", "http://team.example")).toBe(true);
  expect(insecure("https://team.example", "http://10.0.0.1:8080")).toBe(true);
  // Browsers treat loopback addresses as secure, even without HTTPS.
  expect(insecure("https://team.example", "http://localhost:8080")).toBe(false);
});
