//! A validated document and its operations.

use async_graphql::{
    Name, Positioned, ServerError,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition},
};

use crate::errors;

/// A document that passed all limits.
#[derive(Debug)]
pub(crate) struct Document {
    /// The executable document, as rewritten by [`crate::rewrite`].
    pub(crate) executable: ExecutableDocument,
    /// The response key that the server added.
    pub(crate) marker: Name,
    /// An upper bound for the number of uses of variables in the text.
    pub(crate) variable_uses: usize,
}

impl Document {
    /// Returns the operation that a request selects (specification, section 6.1).
    ///
    /// # Errors
    /// `BAD_INPUT` if the name is unknown, or is missing and there are several operations.
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
                        "The query has several operations: select one with \"operationName\".",
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
