// Runs the audits of graphql-http against a server. Fails unless exactly EXPECTED audits pass, by
// default all of them.
// usage: node audit.js URL [EXPECTED]
import { auditServer } from "graphql-http";

const [url, expected] = process.argv.slice(2);
const results = await auditServer({ url, fetchFn: fetch });
const failed = results.filter(({ status }) => status !== "ok");
for (const { id, name, status, reason } of failed) {
  console.log(`${status} ${id}: ${name}: ${reason}`);
}
const passed = results.length - failed.length;
console.log(`graphql-http: ${passed} of ${results.length} audits passed`);
process.exitCode = results.length > 0 && passed === Number(expected ?? results.length) ? 0 : 1;
