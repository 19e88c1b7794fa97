import type { CodegenConfig } from "@graphql-codegen/cli";

// Generates the types and documents of every operation in src/, and the schema for
// the cache. The output directory, generated/, is not in version control: each build
// creates it from schema.graphql, and fails if an operation does not match the schema.
const config: CodegenConfig = {
  schema: "../schema.graphql",
  documents: "src/**/*.graphql",
  generates: {
    "generated/operations.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        scalars: { DateTime: "string", ID: "string" },
        enumType: "string-literal",
        useTypeImports: true,
        skipTypename: true,
        optimizeDocumentNode: true,
      },
    },
    "generated/schema.ts": {
      plugins: ["urql-introspection"],
      config: { useTypeImports: true },
    },
  },
};

export default config;
