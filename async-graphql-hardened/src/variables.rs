//! Variables of a request against those that its operation declares (specification, section 6.1.2).

use async_graphql::{ServerError, Value, Variables, parser::types::OperationDefinition};

use crate::errors;

/// The most values that validation may have to look at: those in all variables, once for each
/// time that the query names a variable.
const MAX_WORK: usize = 100_000;

/// Puts in the defaults that `operation` declares, since `@skip` and `@include` don't look for
/// them, and checks that what must be given is given. The types of values are checked where they
/// are used.
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

/// Checks that validating `variables` takes no longer than it should for a query that names one
/// `uses` times.
///
/// # Errors
/// `QUERY_TOO_COMPLEX`.
pub(crate) fn check_size(uses: usize, variables: &Variables) -> Result<(), ServerError> {
    let values: usize = variables.values().map(count).sum();
    if uses.saturating_mul(values) > MAX_WORK {
        let message = "The variables hold too many values for the times that the query uses them.";
        return Err(errors::too_complex(message));
    }
    Ok(())
}

/// How many values a value is made of. JSON's parser bounds the depth.
fn count(value: &Value) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(count).sum::<usize>(),
        _ => 1,
    }
}
