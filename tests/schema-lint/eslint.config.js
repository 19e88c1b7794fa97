// The lint rules of schema.graphql: the recommended set, the Relay specification, and a few
// others. Each deviation has a reason.
import graphql from "@graphql-eslint/eslint-plugin";

const recommended = graphql.configs["flat/schema-recommended"].rules;
const relay = graphql.configs["flat/schema-relay"].rules;

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...recommended,
      ...relay,

      // Stricter than the recommended set, because explorers show all descriptions.
      "@graphql-eslint/require-description": [
        "error",
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          // async-graphql describes a directive's arguments in introspection,
          // but its SDL printer leaves those descriptions out.
          ignoredSelectors: ["DirectiveDefinition > InputValueDefinition"],
        },
      ],

      // One `input: <Mutation>Input!` per mutation.
      "@graphql-eslint/input-name": ["error", { checkInputType: true, caseSensitiveInputType: false }],
      "@graphql-eslint/no-scalar-result-type-on-mutation": "error",

      // A failing root field must not take its siblings with it.
      "@graphql-eslint/require-nullable-result-in-root": "error",

      // Connections offer `nodes` beside `edges`, and short closed lists
      // (`userErrors`, `outcomes`, `availableActions`) are plain lists.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { listTypeCanWrapOnlyEdgeType: false },
      ],

      // Entities have a global ID. These types are values without one:
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            types: [
              "PageInfo", // part of a connection
              "Viewer", // the signed-in user of the request
              "UserError", // an error in the input
              "TeamSummary", // counts at one time
              "MailServer", // the state of the installation's mail server
              "AccessReview", // counts and connections at one time
              "AccessDecision", // the result of `can`
              "RoleDefinition", // a row of the permission table, keyed by its enum
              "WorkspaceSettings", // part of its workspace
              "InvitationDelivery", // the state of its invitation's mail
              "InvitationPlacement", // a workspace and role on a link's page
              "AccessFinding", // a count and a list at one time
              "AuditDetail", // a key and a value of its event
              "ServiceInfo", // public data of the installation
            ],
            suffixes: [
              "Payload", // the result of a mutation
              "Connection", // a page of a list
              "Edge", // a position in a page
              "Outcome", // the result of an item of the input
              "Preview", // what a link's page shows before it is used
            ],
          },
        },
      ],
    },
  },
];
