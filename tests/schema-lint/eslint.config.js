// The rules that schema.graphql keeps: the linter's recommended set, the Relay
// specification, and a few of our own. Each deviation says why it is one.
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

      // Stricter than the recommended set: an explorer shows every one of these.
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

      // What is an entity has a global id. What is only a value has none:
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            types: [
              "PageInfo", // part of a connection
              "Viewer", // whoever is asking: a position, not a row
              "UserError", // says what is wrong with one input
              "TeamSummary", // counts of one moment
              "MailServer", // the one mail server of the installation, as it is now
              "AccessReview", // counts and connections of one moment
              "AccessDecision", // the answer to `can`
              "RoleDefinition", // a row of the permission table, keyed by its enum
              "WorkspaceSettings", // part of its workspace
              "InvitationDelivery", // the state of its invitation's mail
              "InvitationPlacement", // a line of a link's page
              "AccessFinding", // a count and a list of one moment
              "AuditDetail", // a key and a value of its event
              "ServiceInfo", // what is told of the installation
            ],
            suffixes: [
              "Payload", // the answer to one mutation
              "Connection", // a page of a list
              "Edge", // a place in a page
              "Outcome", // what happened to one line of the input
              "Preview", // what a link's page shows before it is used
            ],
          },
        },
      ],
    },
  },
];
