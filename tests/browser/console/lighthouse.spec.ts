import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { chromium } from "@playwright/test";
import lighthouse, { desktopConfig } from "lighthouse";
import { CHROMIUM } from "../support/chromium.ts";
import { expect, test } from "../support/fixtures.ts";
import { signIn, type Team } from "../support/people.ts";

const LOWEST = 95;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function paths(team: Team): Promise<string[]> {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  const bo = `team/${await team.membershipOf("bo@acme.example")}`;
  const pages = ["team", bo, "invite", "review", "history", "settings"];
  return [...pages.map((page) => team.path(page)), "/account"];
}

for (const [kind, config] of [
  ["desktop", desktopConfig],
  ["phone", undefined],
] as const) {
  test(`Lighthouse on a ${kind}: accessibility and best practices`, async ({
    team,
    folder,
    program,
  }) => {
    test.slow();
    const port = await freePort();
    // A separate browser, which Lighthouse controls through this port.
    const context = await chromium.launchPersistentContext(`${folder}/profile`, {
      ...CHROMIUM,
      args: [...CHROMIUM.args, `--remote-debugging-port=${port}`],
      baseURL: program.url,
    });
    const low: string[] = [];
    const audit = async (path: string) => {
      const flags = {
        port,
        onlyCategories: ["accessibility", "best-practices"],
        disableStorageReset: true,
      };
      const result = await lighthouse(program.url + path, flags, config);
      if (!result) throw new Error(`Lighthouse reported nothing for ${path}`);
      const { categories, audits, finalDisplayedUrl } = result.lhr;
      expect(new URL(finalDisplayedUrl).pathname).toBe(path);
      for (const { id, score, auditRefs } of Object.values(categories)) {
        if ((score ?? 0) * 100 >= LOWEST) continue;
        const failed = auditRefs
          .filter((each) => audits[each.id]?.score === 0)
          .map((each) => each.id);
        low.push(`${path}: ${id} ${score}, for ${failed.join(", ")}`);
      }
    };
    try {
      await audit("/sign-in");
      await signIn(context, team.admin.email);
      for (const path of await paths(team)) await audit(path);
    } finally {
      await context.close();
    }
    expect(low).toEqual([]);
  });
}
