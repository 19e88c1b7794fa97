// Runs the audits of graphql-http against a server. Fails if an audit fails.
// usage: node audit.js URL
import { auditServer } from "graphql-http";

const [url] = process.argv.slice(2);
const results = await auditServer({ url, fetchFn: fetch });
const failed = results.filter(({ status }) => status !== "ok");
for (const { id, name, status, reason } of failed) {
  console.log(`${status} ${id}: ${name}: ${reason}`);
}
console.log(`graphql-http: ${results.length - failed.length} of ${results.length} audits passed`);
process.exitCode = results.length === 0 || failed.length > 0 ? 1 : 0;
