import type { CodegenConfig } from "@graphql-codegen/cli";

// Types and documents of every operation in src/, and what the cache knows of
// the schema. All of it lands in generated/, which git does not keep: a build
// makes it anew from schema.graphql, and an operation that does not fit ends it.
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
