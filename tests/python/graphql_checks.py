"""Checks of schemathesis for each response of the GraphQL endpoint.

The built-in check treats every GraphQL error as a server error. Here, only some codes are server
errors. Every response must conform to the specification and to `schema.graphql`.
"""

import json
from pathlib import Path

import schemathesis
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    InlineFragmentNode,
    OperationType,
    build_schema,
    is_abstract_type,
    parse,
)

SCHEMA = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text())
SERVER_ERRORS = {"INTERNAL", "UNAVAILABLE", "CANNOT_SAVE"}
PYTHON_TYPES = {"Int": int, "Float": (int, float), "String": str, "Boolean": bool, "ID": str}


@schemathesis.check
def graphql_answer_conforms(ctx, response, case):
    """Checks the format of the response, the selected fields, and that there is no server error."""
    assert response.status_code < 500, f"status {response.status_code}"
    answer = json.loads(response.content)
    assert answer.keys() <= {"data", "errors", "extensions"}, f"unknown keys: {answer.keys()}"
    assert "data" in answer or answer.get("errors"), "neither data nor errors"
    for error in answer.get("errors", []):
        check_error(error)
    # A request error has no data (GraphQL, 7.1.2).
    if answer.get("data") is not None:
        query = case.body["query"] if isinstance(case.body, dict) else case.body
        check_data(query, answer["data"])


def check_error(error):
    assert isinstance(error.get("message"), str) and error["message"], f"no message: {error}"
    code = error.get("extensions", {}).get("code")
    assert isinstance(code, str), f"no code: {error}"
    assert code not in SERVER_ERRORS, f"server error: {error}"


def check_data(query, data):
    document = parse(query)
    operation = document.definitions[0]
    is_mutation = operation.operation is OperationType.MUTATION
    root = SCHEMA.mutation_type if is_mutation else SCHEMA.query_type
    check_object(root, operation.selection_set, data, "data")


def check_object(type_, selection_set, value, path):
    """Checks that exactly the selected fields exist, with the right types. On an interface, checks
    only the fields selected outside of fragments.
    """
    if isinstance(type_, GraphQLObjectType):
        others = value.keys() - selected_keys(type_, selection_set)
        assert not others, f"{path} has fields that were not selected: {others}"
    check_fields(type_, selection_set, value, path)


def selected_keys(type_, selection_set):
    keys = set()
    for selection in selection_set.selections:
        if isinstance(selection, InlineFragmentNode):
            if applies(type_, condition_of(selection, type_)):
                keys |= selected_keys(type_, selection.selection_set)
        elif isinstance(selection, FieldNode):
            keys.add(key_of(selection))
    return keys


def check_fields(type_, selection_set, value, path):
    for selection in selection_set.selections:
        if isinstance(selection, InlineFragmentNode):
            if applies(type_, condition_of(selection, type_)):
                check_fields(type_, selection.selection_set, value, path)
        elif isinstance(selection, FieldNode):
            name = selection.name.value
            key = key_of(selection)
            assert key in value, f"{path}.{key} is missing"
            if name == "__typename":
                assert isinstance(value[key], str), f"{path}.{key} is not a name"
            else:
                field = type_.fields[name].type
                check_value(field, selection.selection_set, value[key], f"{path}.{key}")
        else:
            assert not isinstance(selection, FragmentSpreadNode), "unexpected fragment spread"


def key_of(field):
    return field.alias.value if field.alias else field.name.value


def condition_of(fragment, type_):
    condition = fragment.type_condition
    return SCHEMA.type_map[condition.name.value] if condition else type_


def applies(type_, other):
    if not isinstance(type_, GraphQLObjectType):
        return False
    return other is type_ or (is_abstract_type(other) and SCHEMA.is_sub_type(other, type_))


def check_value(type_, selection_set, value, path):
    if isinstance(type_, GraphQLNonNull):
        assert value is not None, f"{path} is null"
        type_ = type_.of_type
    if value is None:
        return
    if isinstance(type_, GraphQLList):
        assert isinstance(value, list), f"{path} is not a list"
        for index, item in enumerate(value):
            check_value(type_.of_type, selection_set, item, f"{path}.{index}")
    elif isinstance(type_, GraphQLEnumType):
        assert value in type_.values, f"{path} is {value!r}, not a value of {type_.name}"
    elif isinstance(type_, GraphQLScalarType):
        expected = PYTHON_TYPES.get(type_.name, str)
        assert isinstance(value, expected), f"{path} is {value!r}, not of type {type_.name}"
    else:
        assert isinstance(value, dict), f"{path} is not an object"
        check_object(type_, selection_set, value, path)
