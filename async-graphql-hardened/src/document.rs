//! A query that may run, and the operations in it.

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition},
};

use crate::errors;

/// A query that has passed the limits on documents.
#[derive(Debug)]
pub(crate) struct Document {
    /// As it is executed, see [`crate::rewrite`].
    pub(crate) executable: ExecutableDocument,
    /// The response key that only the server asked for.
    pub(crate) marker: Name,
    /// How often its text names a variable, at most.
    pub(crate) variable_uses: usize,
}

impl Document {
    /// The operation that a request asks for (specification, section 6.1).
    ///
    /// # Errors
    /// `BAD_INPUT` for an unknown name, or none where there is a choice.
    pub(crate) fn operation(
        &self,
        name: Option<&str>,
    ) -> Result<&Positioned<OperationDefinition>, ServerError> {
        match (&self.executable.operations, name) {
            (DocumentOperations::Single(operation), None) => Ok(operation),
            (DocumentOperations::Multiple(operations), Some(name)) => {
                operations.get(name).ok_or_else(|| unknown_operation(name))
            }
            (DocumentOperations::Single(_), Some(name)) => Err(unknown_operation(name)),
            (DocumentOperations::Multiple(operations), None) => {
                let mut all = operations.values();
                match (all.next(), all.next()) {
                    (Some(only), None) => Ok(only),
                    _ => Err(errors::bad_input(
                        "The query has several operations: say which one in \"operationName\".",
                        None,
                    )),
                }
            }
        }
    }
}

fn unknown_operation(name: &str) -> ServerError {
    errors::bad_input(format!("Unknown operation named \"{name:.64}\"."), None)
}
