//! Checks the variables of a request against the operation's declarations (specification, section
//! 6.1.2).

use async_graphql::{ServerError, Value, Variables, parser::types::OperationDefinition};

use crate::errors;

/// The maximum number of values that validation visits: all values in variables, once per use of a
/// variable in the query.
const MAX_WORK: usize = 100_000;

/// Adds the defaults that `operation` declares, since `@skip` and `@include` do not read them, and
/// checks that required variables are present. Types are checked where the values are used.
///
/// # Errors
/// `BAD_INPUT` at the definition of the first variable that is missing or `null`.
pub(crate) fn coerce(
    operation: &OperationDefinition,
    variables: &mut Variables,
) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        let default = definition.node.default_value.as_ref();
        let problem = match (variables.get(name), default) {
            (Some(Value::Null), _) if !ty.nullable => "must not be null",
            (None, None) if !ty.nullable => "was not provided",
            (None, Some(default)) => {
                variables.insert(name.clone(), default.node.clone());
                continue;
            }
            _ => continue,
        };
        let message = format!("Variable \"${name}\" of required type \"{ty}\" {problem}.");
        return Err(errors::bad_input(message, Some(definition.pos)));
    }
    Ok(())
}

/// Checks that validating `variables` takes acceptable time for a query that uses variables `uses`
/// times.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`.
pub(crate) fn check_size(uses: usize, variables: &Variables) -> Result<(), ServerError> {
    let values: usize = variables.values().map(count).sum();
    if uses.saturating_mul(values) > MAX_WORK {
        let message = "The variables contain too many values for the number of times that the query uses them.";
        return Err(errors::too_complex(message));
    }
    Ok(())
}

/// Counts the values in a value. The JSON parser limits its depth.
fn count(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(count).sum::<usize>(),
        _ => 1,
    }
}
